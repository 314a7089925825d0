import { hash } from 'node:crypto';
import { canonicalJson, type Json } from '@reconcile/core';
import { containerDefaults } from '@reconcile/core/kinds/container';
import { describe, expect, test } from 'vitest';
import { compiled, containerOf, keysOf, nodeFacts, plainFleet, referencesOf, resource } from '../snapshot.fixture.ts';

const image = 'image = "docker.io/example/web:1"\n';
const short = (more = '', name = 'web') => `name = "${name}"\n${image}${more}`;

describe('one container', () => {
  test('every default is filled in', async () => {
    const { desired } = await compiled({ web: short() });
    const container = containerOf(desired, 'web/web');
    expect(container.spec).toEqual({ ...containerDefaults, image: 'docker.io/example/web:1' });
    expect(container.key).toBe(`container/web-${container.specHash.slice(0, 8)}`);
    expect(container).toMatchObject({ kind: 'container', services: ['web'], stage: 0, active: true, claims: [] });
    expect(container.care).toEqual({
      health: {
        type: 'running',
        path: '',
        port: null,
        command: [],
        expect: '',
        intervalMs: 10_000,
        timeoutMs: 3000,
        startPeriodMs: 0,
        successes: 1,
        failures: 3,
      },
      update: {
        strategy: 'auto',
        minReadyMs: 2000,
        deadlineMs: 120_000,
        drainMs: 10_000,
        rollback: true,
        snapshot: false,
        holdRequests: true,
      },
      restart: 'unless-stopped',
      ignore: [],
    });
    expect(referencesOf(container)).toEqual(['image/docker.io/example/web:1']);
    expect(Object.keys(desired.resources)).toEqual([container.key, 'image/docker.io/example/web:1']);
    expect(desired).toMatchObject({
      fleet: 'home',
      node: 'rift',
      generation: 1,
      commit: 'c0ffee',
      services: { web: { stage: 0, active: true } },
      refusals: [],
      absences: [],
    });
  });

  test('everything that can be said reaches the spec', async () => {
    const { desired } = await compiled(
      {
        web: short(
          'cmd = ["a"]\nentrypoint = "e"\nenv = ["A=1"]\nuser = "0:0"\nworkdir = "/w"\nhostname = "H"\nnetwork = "net"\nvolumes = ["v:/v:ro"]\nsecrets = ["s"]\ntmpfs = ["/t"]\nread_only = true\ncap_add = ["CHOWN"]\ndevices = ["/dev/dri"]\nprivileged = true\nlabels = { l = "1" }\nextra_hosts = ["h:192.0.2.1"]\nmemory = "1g"\ncpus = 1.5\npids = 9\nstop_signal = "INT"\nstop_timeout = "5s"\nports = ["80:81"]\nfiles = [{ source = "f", target = "/f", mode = "0600", owner = "1:2", on_change = "none" }]\nrestart = "always"\nignore = ["env"]\n[[routes]]\ncontainer_port = 82\n',
        ),
        'services/web/f': 'x',
      },
      {
        node: nodeFacts({
          policy: {
            mounts: [],
            images: ['*'],
            flags: ['cap_add', 'devices', 'privileged'],
            blast: { services: 1, percent: 25 },
          },
        }),
      },
    );
    const { spec, care } = containerOf(desired, 'web/web');
    const untouched = Object.entries(containerDefaults).filter(
      ([field, value]) =>
        canonicalJson(value as Json) === canonicalJson((spec as unknown as Record<string, Json>)[field]),
    );
    expect(untouched.map(([field]) => field)).toEqual(['logMaxBytes']);
    expect(spec).toMatchObject({
      entrypoint: ['e'],
      hostname: 'h',
      aliases: ['web', 'web-web'],
      routes: [{ name: '', containerPort: 82, fixed: null }],
      files: [{ target: '/f', hash: hash('sha256', 'x'), mode: '0600', owner: '1:2', onChange: 'none', secrets: [] }],
      stopTimeoutMs: 5000,
    });
    expect(care).toMatchObject({ restart: 'always', ignore: ['env'] });
  });

  test('the hash is over the canonical spec, and only there', async () => {
    const { desired } = await compiled({ web: short('env = ["B=1", "A=2"]\n[[routes]]\n') });
    for (const each of Object.values(desired.resources))
      expect(each.specHash).toBe(hash('sha256', canonicalJson(each.spec)));
  });

  test('care changes no name', async () => {
    const one = containerOf((await compiled({ web: short() })).desired, 'web/web');
    const two = containerOf(
      (
        await compiled({
          web: short('restart = "no"\n[health]\ntype = "exec"\ncommand = ["x"]\n[update]\ndrain = "1s"\n'),
        })
      ).desired,
      'web/web',
    );
    expect(two.key).toBe(one.key);
    expect(two.care).not.toEqual(one.care);
  });

  test.each([
    ['ports = ["80:80"]\n', 'tcp'],
    ['ports = ["53:53/udp"]\n', 'running'],
    ['[[routes]]\n', 'tcp'],
    ['[health]\nport = 80\n', 'tcp'],
    ['[health]\npath = "/x"\n[[routes]]\n', 'http'],
  ])('health of %j is %s', async (more, type) => {
    const { desired } = await compiled({ web: short(more) });
    expect(containerOf(desired, 'web/web').care?.health.type).toBe(type);
  });

  test('an http probe asks for / unless told', async () => {
    const { desired } = await compiled({ web: short('[health]\ntype = "http"\n[[routes]]\n') });
    expect(containerOf(desired, 'web/web').care?.health).toMatchObject({ path: '/', port: null });
  });

  test("the fleet's defaults lie between the product's and the service's", async () => {
    const { desired } = await compiled({
      'fleet.toml': `${plainFleet}[defaults.health]\ninterval = "7s"\nfailures = 9\n[defaults.update]\ndrain = "8s"\nmin_ready = "9s"\n`,
      web: short('[health]\ntype = "running"\nfailures = 4\n[update]\ndrain = "1s"\n'),
    });
    const { care } = containerOf(desired, 'web/web');
    expect(care?.health).toMatchObject({ intervalMs: 7000, failures: 4, timeoutMs: 3000 });
    expect(care?.update).toMatchObject({ drainMs: 1000, minReadyMs: 9000, deadlineMs: 120_000 });
  });

  test.each([
    ['', 10_000],
    ['volumes = ["v:/v:ro"]\n', 10_000],
    ['volumes = ["v:/v"]\n', 60_000],
    ['volumes = ["v:/v"]\nstop_timeout = 1\n', 1000],
  ])('stop timeout of %j is %i', async (more, ms) => {
    expect(containerOf((await compiled({ web: short(more) })).desired, 'web/web').spec.stopTimeoutMs).toBe(ms);
  });
});

describe('claims', () => {
  const claims = async (more: string) =>
    containerOf((await compiled({ web: short(more) })).desired, 'web/web').claims.map(
      ({ scope, kind, value }) => `${scope} ${kind} ${value}`,
    );
  const body = 'ports = ["192.0.2.1:53:53/udp"]\nvolumes = ["v:/v", "w:/w:ro"]\n';
  test('ports of the machine, volumes of the slot', async () => {
    expect(await claims(body)).toEqual(['node port udp/192.0.2.1/53', 'slot volume v']);
  });
  test('start-first gives up its volumes, stop-first takes all', async () => {
    expect(await claims(`${body}update.strategy = "start-first"\n`)).toEqual(['node port udp/192.0.2.1/53']);
    expect(await claims(`${body}update.strategy = "stop-first"\n`)).toEqual([
      'node port udp/192.0.2.1/53',
      'slot volume v',
      'slot volume *',
    ]);
  });
});

describe('ports of routes', () => {
  const route = async (more: string, container = 80) =>
    containerOf(
      (await compiled({ web: short(`${more}[[routes]]\ncontainer_port = ${container}\n`) })).desired,
      'web/web',
    ).spec.routes[0];
  test.each([
    ['ports = ["127.0.0.1:8080:80"]\n', { ip: '127.0.0.1', port: 8080 }],
    ['ports = ["8080:80"]\n', { ip: '', port: 8080 }],
    ['ports = ["192.0.2.9:8080:80", "127.0.0.1:8081:80"]\n', { ip: '127.0.0.1', port: 8081 }],
    ['ports = ["192.0.2.9:8080:80"]\n', null],
    ['ports = ["8080:80/udp"]\n', null],
    ['ports = ["127.0.0.1:8070-8090:70-90"]\n', { ip: '127.0.0.1', port: 8080 }],
    ['', null],
  ])('%j reaches it by %j', async (more, fixed) => {
    expect(await route(more)).toEqual({ name: '', containerPort: 80, fixed });
  });
  test('on the host network a port of its own is reached directly', async () => {
    const { desired } = await compiled(
      { web: short('network = "host"\n[[routes]]\ncontainer_port = 9090\n') },
      { node: nodeFacts({ policy: { ...nodeFacts().policy, flags: ['host-network'] } }) },
    );
    expect(containerOf(desired, 'web/web').spec.routes).toEqual([
      { name: '', containerPort: 9090, fixed: { ip: '127.0.0.1', port: 9090 } },
    ]);
  });
});

const duo = `name = "mcr"\n[[components]]\nname = "api"\n${image}[[components]]\nname = "web"\n${image}after = ["api"]\n`;

describe('several containers', () => {
  test('bases, own network, aliases', async () => {
    const { desired } = await compiled({ mcr: duo });
    const api = containerOf(desired, 'mcr/api');
    expect(api.key).toMatch(/^container\/mcr-api-[0-9a-f]{8}$/);
    expect(api.spec).toMatchObject({ network: 'mcr', aliases: ['mcr-api', 'api'] });
    expect(resource(desired, 'network/mcr').spec).toEqual({
      name: 'mcr',
      driver: 'bridge',
      subnets: [],
      internal: false,
      ipv6: false,
      options: {},
    });
    expect(referencesOf(containerOf(desired, 'mcr/web'))).toContain('@mcr/api?');
  });

  test('a shared network knows no bare component names', async () => {
    const { desired } = await compiled({ mcr: duo.replaceAll(image, `${image}network = "shared"\n`) });
    expect(containerOf(desired, 'mcr/api').spec.aliases).toEqual(['mcr-api']);
  });

  test('replicas have numbers from 1, and each other’s common name', async () => {
    const { desired } = await compiled({
      web: short('replicas = 2\nnetwork = "n"\n[[routes]]\n'),
      b: `${short('', 'b')}depends_on = ["web"]\n`,
    });
    const [one, two] = [containerOf(desired, 'web/web/1'), containerOf(desired, 'web/web/2')];
    expect(one.key).toMatch(/^container\/web-1-/);
    expect(two.spec.aliases).toEqual(['web-2', 'web-web']);
    expect(referencesOf(containerOf(desired, 'b/b'))).toEqual([
      'image/docker.io/example/web:1',
      '@web/web/1?',
      '@web/web/2?',
    ]);
    expect(resource<{ backends: unknown }>(desired, 'route/443/web.svc.example.net').spec.backends).toEqual([
      { slot: 'web/web', route: '' },
    ]);
  });

  test('shared things belong to all who use them', async () => {
    const { desired } = await compiled({
      a: short('volumes = ["v:/v", "/srv/x:/x"]\nsecrets = ["s"]\n', 'a'),
      b: short('volumes = ["v:/v"]\n', 'b'),
    });
    expect(resource(desired, 'volume/v')).toMatchObject({
      services: ['a', 'b'],
      spec: { source: 'named', name: 'v', driver: 'local', options: {} },
    });
    expect(resource(desired, 'volume//srv/x')).toMatchObject({
      services: ['a'],
      spec: { source: 'host', name: '/srv/x' },
    });
    expect(resource(desired, 'image/docker.io/example/web:1').services).toEqual(['a', 'b']);
    expect(keysOf(desired, 'secret')).toEqual(['secret/s']);
  });

  test('declared networks and volumes have their options, wherever they are declared', async () => {
    const { desired } = await compiled({
      a: `${short('network = "n"\nvolumes = ["v:/v"]\n', 'a')}`,
      b: `name = "b"\n[[networks]]\nname = "n"\ninternal = true\n[[volumes]]\nname = "v"\ndriver = "img"\n[[components]]\n${image}`,
    });
    expect(resource(desired, 'network/n').spec).toMatchObject({ internal: true });
    expect(resource(desired, 'volume/v').spec).toMatchObject({ driver: 'img' });
  });
});

describe('mounted files with secrets in them', () => {
  const values = { 'secrets/db.age': 'x', 'secrets/api.key.age': 'y' };
  const text = 'p={{secret:db}} q={{secret:api.key}} {{secret:db}}';

  test('secrets are named, and nobody else may read them', async () => {
    const { desired } = await compiled({
      web: short('files = [{ source = "a.ini", target = "/a", mode = "0644" }]\n'),
      'services/web/a.ini': text,
      ...values,
    });
    expect(containerOf(desired, 'web/web').spec.files[0]).toMatchObject({ mode: '0400', secrets: ['api.key', 'db'] });
    expect(keysOf(desired, 'secret')).toEqual(['secret/api.key', 'secret/db']);
    expect(referencesOf(containerOf(desired, 'web/web'))).toContain('secret/db');
  });

  test.each([
    ['user = "1000:100"\n', '', '1000:100'],
    ['user = "app"\n', '', ''],
    ['user = "1000"\n', ', owner = "5:5"', '5:5'],
    ['', '', ''],
  ])('it is the program’s own: %j, %j', async (user, owner, wanted) => {
    const { desired } = await compiled({
      web: short(`${user}files = [{ source = "a.ini", target = "/a"${owner} }]\n`),
      'services/web/a.ini': text,
      ...values,
    });
    expect(containerOf(desired, 'web/web').spec.files[0]?.owner).toBe(wanted);
  });

  test('podman gets a copy only of what it gives to a container itself', async () => {
    const { desired } = await compiled({
      web: short('files = [{ source = "a.ini", target = "/a" }]\n'),
      other: short('secrets = [{ name = "db", env = "DB" }]\n', 'other'),
      off: short('active = false\nsecrets = ["api.key"]\n', 'off'),
      'services/web/a.ini': text,
      ...values,
    });
    expect(resource(desired, 'secret/db').spec).not.toHaveProperty('filled');
    expect(resource(desired, 'secret/api.key').spec).toMatchObject({ filled: true });
  });
});

test('active = false keeps the container, stopped, and nothing else', async () => {
  const { desired } = await compiled({
    web: short('active = false\nvolumes = ["v:/v"]\n[[routes]]\n[[jobs]]\nname = "j"\nwhen = "before-start"\n'),
    b: `${short('', 'b')}depends_on = ["web"]\n`,
  });
  const container = containerOf(desired, 'web/web');
  expect(container.active).toBe(false);
  expect(Object.keys(desired.resources).filter((key) => resource(desired, key).services.includes('web'))).toEqual([
    container.key,
  ]);
  expect(desired.services.web).toEqual({ stage: 0, active: false });
  expect(referencesOf(containerOf(desired, 'b/b'))).toEqual(['image/docker.io/example/web:1']);
});

describe('images', () => {
  const build = `name = "web"\npath = "src/web"\n[build.images]\nweb = "docker/Containerfile"\n[[components]]\nimage = "registry.example.net:5000/team/web:1"\n`;
  const spec = async (text: string, workspace: string | null) =>
    resource(
      (await compiled({ web: text }, { node: nodeFacts({ workspace }) })).desired,
      'image/registry.example.net:5000/team/web:1',
    ).spec;
  test('built where the sources are', async () => {
    expect(await spec(build, '/home/me/src/')).toEqual({
      ref: 'registry.example.net:5000/team/web:1',
      build: { context: '/home/me/src/src/web', file: '/home/me/src/src/web/docker/Containerfile' },
    });
  });
  test('pulled elsewhere, or where another name is built', async () => {
    expect(await spec(build, null)).toMatchObject({ build: null });
    expect(await spec(build.replace('web = "d', 'eb = "d'), '/w')).toMatchObject({ build: null });
    expect(await spec(build.replace('web = "d', '"team/web" = "d'), '/w')).toMatchObject({
      build: { file: '/w/src/web/docker/Containerfile' },
    });
  });
});
