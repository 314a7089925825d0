import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { ComponentDefinition, ServiceDefinition } from '../model/index.ts';
import { filesOf, parsed } from '../snapshot.fixture.ts';

const one = async (text: string): Promise<ServiceDefinition> => {
  const { definitions } = await parsed(filesOf({ web: text }));
  const [first] = definitions;
  if (first === undefined) throw new Error('nothing was defined');
  return first;
};

const component = async (more: string): Promise<ComponentDefinition> => {
  const [first] = (await one(`name = "web"\nimage = "docker.io/example/web:1"\n${more}`)).components;
  if (first === undefined) throw new Error('no component');
  return first;
};

test("the fleet's own format parses unmodified", async () => {
  const text = readFileSync(new URL('./fixtures/metacrypt.toml', import.meta.url));
  const { definitions, diagnostics } = await parsed(filesOf({}).set('services/metacrypt.toml', text));
  expect(diagnostics).toEqual([]);
  expect(definitions).toMatchObject([
    {
      name: 'metacrypt',
      node: 'rift',
      tier: 'worker',
      active: true,
      path: 'metacrypt',
      builds: { metacrypt: 'Dockerfile.api', 'metacrypt-web': 'Dockerfile.web' },
      components: [
        {
          name: 'api',
          image: 'mcr.svc.mcp.metacircular.net:8443/metacrypt:v1.3.1',
          mounts: [{ source: '/srv/metacrypt', target: '/srv/metacrypt', readOnly: false, options: [] }],
          command: ['server', '--config', '/srv/metacrypt/metacrypt.toml'],
          env: { LOG_LEVEL: 'info' },
          network: 'mcpnet',
          user: '0:0',
          restart: 'unless-stopped',
          routes: [
            {
              name: 'rest',
              port: 8443,
              mode: 'l4',
              hostname: 'metacrypt.svc.mcp.metacircular.net',
              public: false,
              containerPort: null,
            },
          ],
        },
      ],
    },
  ]);
});

test('a fleet.toml with every key parses', async () => {
  const files = filesOf({ mcns: 'name = "mcns"\nimage = "docker.io/example/mcns:1"\n' });
  files.set('fleet.toml', readFileSync(new URL('./fixtures/fleet.toml', import.meta.url)));
  const { diagnostics, fleet } = await parsed(files);
  expect(diagnostics).toEqual([]);
  expect(fleet).toMatchObject({
    name: 'home',
    zone: 'svc.example.net',
    nodes: { rift: { listen: { 443: 8443 } } },
    stages: [{ name: 'foundation' }],
  });
});

test('three forms of one component say the same', async () => {
  const body = 'image = "docker.io/example/web:1"\nenv = ["A=1"]\nmemory = "1g"\n';
  const short = await one(`name = "web"\n${body}[[routes]]\nport = 8443\n[health]\npath = "/x"\n`);
  const list = await one(
    `name = "web"\n[[components]]\n${body}[[components.routes]]\nlisten = 8443\n[components.health]\ntype = "http"\npath = "/x"\n`,
  );
  const table = await one(
    `name = "web"\n[components.web]\n${body}[[components.web.routes]]\nport = 8443\n[components.web.health]\npath = "/x"\n`,
  );
  expect(list).toEqual(short);
  expect(table).toEqual(short);
  expect(short.components[0]?.name).toBe('web');
});

test('[[volumes]] beside a short form, and mounts in it', async () => {
  expect((await one('name = "web"\nimage = "docker.io/example/web:1"\n[[volumes]]\nname = "v"\n')).volumes).toEqual([
    { name: 'v', driver: 'local', options: {} },
  ]);
  expect((await component('volumes = ["v:/v"]\n')).mounts).toHaveLength(1);
});

describe('spellings', () => {
  test('env as list or table, sorted', async () => {
    expect((await component('env = ["B=2", "A=1=2"]\n')).env).toEqual({ A: '1=2', B: '2' });
    expect((await component('env = { B = 2, A = "1=2", C = true }\n')).env).toEqual({ A: '1=2', B: '2', C: 'true' });
  });
  test('on_change', async () => {
    const how = async (text: string) => {
      const files = filesOf({
        web: `name = "web"\nimage = "docker.io/example/web:1"\nfiles = [{ source = "f", target = "/f", on_change = ${text} }]\n`,
        'services/web/f': 'x',
      });
      return (await parsed(files)).definitions[0]?.components[0]?.files[0]?.onChange;
    };
    expect(await how('"restart"')).toBe('restart');
    expect(await how('"replace"')).toBe('replace');
    expect(await how('"none"')).toBe('none');
    expect(await how('"signal:HUP"')).toEqual({ signal: 'SIGHUP' });
    expect(await how('{ signal = "SIGUSR1" }')).toEqual({ signal: 'SIGUSR1' });
    expect(await how('"exec:nginx -s reload"')).toEqual({ exec: ['nginx', '-s', 'reload'] });
    expect(await how('{ exec = ["sh", "-c", "a b"] }')).toEqual({ exec: ['sh', '-c', 'a b'] });
  });
  test('secrets', async () => {
    expect(
      (await component('secrets = ["a", { name = "b", target = "x" }, { name = "c", env = "C" }]\n')).secrets,
    ).toEqual([
      { name: 'a', target: '/run/secrets/a', env: false },
      { name: 'b', target: '/run/secrets/x', env: false },
      { name: 'c', target: 'C', env: true },
    ]);
  });
  test('bridge is the default network, signals have one name, capabilities too', async () => {
    const found = await component(
      'network = "bridge"\nstop_signal = "INT"\ncap_add = ["CAP_NET_ADMIN", "net_admin", "CHOWN"]\nstop_timeout = 30\n',
    );
    expect(found).toMatchObject({
      network: 'default',
      stopSignal: 'SIGINT',
      capAdd: ['CHOWN', 'NET_ADMIN'],
      stopTimeoutMs: 30_000,
    });
  });
  test('ignore uses the keys of the file', async () => {
    expect((await component('ignore = ["env.FOO", "read_only", "volumes", "labels.a.b"]\n')).ignore).toEqual([
      'env.FOO',
      'readOnly',
      'mounts',
      'labels.a.b',
    ]);
  });
  test('health without a type', async () => {
    expect((await component('[health]\npath = "/x"\n[[routes]]\n')).health).toMatchObject({ type: 'http' });
    expect((await component('[health]\ncommand = ["x"]\n')).health).toMatchObject({ type: 'exec' });
    expect((await component('[health]\ninterval = "1s"\n')).health).toEqual({ intervalMs: 1000 });
  });
  test('rate and TLS to the program', async () => {
    const routes = (
      await component(
        '[[routes]]\nname = "a"\nrate_limit = "20/s"\nbackend_tls = true\n[[routes]]\nname = "b"\npath = "/b/"\nrate_limit = 5\nbackend_tls = { verify = true, server_name = "X.example" }\n',
      )
    ).routes;
    expect(routes).toMatchObject([
      { rateLimit: 20, backendTls: { verify: false, serverName: '' }, path: '/', port: 443, mode: 'l7' },
      { rateLimit: 5, backendTls: { verify: true, serverName: 'x.example' }, path: '/b' },
    ]);
  });
  test('jobs', async () => {
    const { jobs } = await one(
      'name = "web"\nimage = "docker.io/example/web:1"\n[[jobs]]\nname = "a"\n[[jobs]]\nname = "b"\nschedule = "@daily"\nimage = "docker.io/example/b:1"\n[[jobs]]\nname = "c"\nwhen = "before-update"\nimage = "same:web"\n',
    );
    expect(jobs).toMatchObject([
      { name: 'a', when: 'manual', same: 'web', timeoutMs: 3_600_000 },
      { name: 'b', when: 'schedule', same: null, image: 'docker.io/example/b:1', schedule: '@daily', timezone: 'UTC' },
      { name: 'c', when: 'before-update', same: 'web', timeoutMs: 600_000 },
    ]);
  });
});

test('definitions are plain JSON', async () => {
  const { definitions, fleet } = await parsed(
    filesOf({
      web: 'name = "web"\nimage = "docker.io/example/web:1"\nenv = ["A=1"]\n[[routes]]\n[health]\ninterval = "1s"\n',
    }),
  );
  expect(JSON.parse(JSON.stringify({ definitions, fleet }))).toStrictEqual({ definitions, fleet });
});

test('fleet.toml', async () => {
  const { fleet } = await parsed(
    filesOf({
      'fleet.toml':
        'name = "home"\nzone = "SVC.example.net"\n[[zones]]\nzone = "Example.com"\ndriver = "rfc2136"\naddress = "lan"\nissuer = "acme"\n[nodes.rift]\nrole = "core"\naddress = "192.0.2.1"\nlisten = { 443 = 8443 }\nrank = 2\n[nodes.b]\n[[boot.sequence]]\nname = "one"\nservices = ["web"]\ntimeout = "2m"\non_timeout = "hold"\n[defaults.health]\ninterval = "5s"\n[defaults.update]\ndrain = "1s"\n',
      web: 'name = "web"\nimage = "docker.io/example/web:1"\n',
    }),
  );
  expect(fleet).toEqual({
    name: 'home',
    zone: 'svc.example.net',
    zones: [{ zone: 'example.com', driver: 'rfc2136', address: 'lan', issuer: 'acme', wildcard: false }],
    nodes: {
      rift: { role: 'core', address: '192.0.2.1', listen: { 443: 8443 }, rank: 2 },
      b: { role: 'worker', address: '', listen: {}, rank: 0 },
    },
    stages: [{ name: 'one', services: ['web'], timeoutMs: 120_000, onTimeout: 'hold' }],
    healthDefaults: { intervalMs: 5000 },
    updateDefaults: { drainMs: 1000 },
  });
});
