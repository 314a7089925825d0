import { readdir, readFile } from 'node:fs/promises';
import type { Host, ReadHost } from '@reconcile/host';
import { describeLaw } from '@reconcile/testkit/contract';
import {
  bareContext,
  freePorts,
  get,
  haproxyWorld,
  listenerActions,
  proxyKinds,
  proxyScript,
  routeActions,
  selfSigned,
  webBackend,
} from '@reconcile/testkit/proxy';
import { expect, test } from 'vitest';

describeLaw<ReadHost, Host>('real HAProxy', async () => {
  const world = await haproxyWorld();
  const [plain = 0, tls = 0, spare = 0, other = 0] = await freePorts(4);
  const observing = (await import('@reconcile/host')).createReadHost();
  const there = listenerActions(plain);
  const route = (given: Partial<Parameters<typeof routeActions>[0]>) =>
    routeActions({ listener: plain, hostname: 'web.example.net', ...given }).create(['127.0.0.1:31001']);
  return {
    driver: world.driver,
    kinds: proxyKinds,
    script: proxyScript({ plain, tls, spare }),
    observing: () => bareContext(observing),
    applying: (signal) => bareContext(world.host, signal),
    async fingerprint() {
      const { dir } = world.settings;
      const names = await readdir(dir).catch(() => []);
      const files = await Promise.all(
        names.map(async (name) => `${name}\n${await readFile(`${dir}/${name}`, 'utf8')}`),
      );
      const servers = await world.ask('show servers state').catch(() => 'nobody answers');
      // The tenth column counts seconds.
      const states = servers.split('\n').map((line) => line.split(' ').toSpliced(9, 1).join(' '));
      return [...files, ...states, await world.ask('show map').catch(() => '')].join('\n');
    },
    refused: [
      { action: route({ listener: other }), code: 'HAPROXY_NO_LISTENER' },
      { action: there.update({ binds: ['localhost:80'] }), code: 'HAPROXY_ROUTE' },
    ],
    close: () => world.close(),
  };
});

test('what a definition must not put into a configuration is refused alone', async () => {
  const world = await haproxyWorld();
  try {
    const [port = 0] = await freePorts(1);
    await world.apply(listenerActions(port).create);
    const good = routeActions({ listener: port, hostname: 'web.example.net' });
    const evil = [
      { hostname: 'example.net\n backend evil' },
      { hostname: 'a b.example.net' },
      { hostname: '*.example.net' },
      { hostname: 'web.example.net', path: '/a;disable frontend l80' },
      { hostname: 'web.example.net', path: '/../etc' },
      { hostname: 'api.example.net', headers: { 'x-a': 'b\n  mode tcp' } },
    ].map((given) => routeActions({ listener: port, ...given }).create(['127.0.0.1:31001']));
    const evilTarget = routeActions({ listener: port, hostname: 'c.example.net' }).create(['127.0.0.1:80 check']);
    const results = await Promise.allSettled(
      [good.create(['127.0.0.1:31001']), ...evil, evilTarget].map((action) => world.apply(action)),
    );
    expect(results.map((result) => result.status)).toEqual(['fulfilled', ...Array(7).fill('rejected')]);
    expect([...(await world.observe()).keys()]).toEqual([`listener/${port}`, good.key]);
  } finally {
    await world.close();
  }
});

test('hosts, longest paths, forwarded headers, and nothing for unknown names', async () => {
  const world = await haproxyWorld();
  const [web, api, v2] = await Promise.all(['web', 'api', 'v2'].map((name) => webBackend(name)));
  try {
    const [port = 0] = await freePorts(1);
    await world.apply(listenerActions(port).create);
    const at = (path: string) => routeActions({ listener: port, hostname: 'web.example.net', path });
    await world.applyTogether(
      at('/').create([web?.target ?? '']),
      at('/api').create([api?.target ?? '']),
      at('/api/v2').create([v2?.target ?? '']),
    );
    const ask = async (path: string, host = 'web.example.net') => (await get({ port, host, path })).body;
    const asked = ['/', '/apix', '/api', '/api/', '/api?x=1', '/api/v1', '/api/v2', '/api/v2/z', '/api/v22'];
    expect(await Promise.all(asked.map((path) => ask(path)))).toEqual([
      'web',
      'web',
      'api',
      'api',
      'api',
      'api',
      'v2',
      'v2',
      'api',
    ]);
    expect(await ask('/', 'WEB.Example.NET:8080')).toBe('web');
    expect(await ask('/', 'web.example.net.')).toBe('web');
    expect((await get({ port, host: 'other.example.net' })).status).toBe(404);
    expect((await get({ port, host: 'web.example.net/api' })).status).toBe(400);
    const forged = { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'https' };
    const answer = await get({ port, host: 'web.example.net', path: '/x', headers: forged });
    const seen = { host: 'web.example.net', path: '/x', client: '127.0.0.1', proto: 'http' };
    expect(JSON.parse(String(answer.headers['x-seen']))).toEqual(seen);
  } finally {
    await world.close();
    for (const backend of [web, api, v2]) await backend?.kill();
  }
});

test('names on a TLS listener pass through to the service that has the certificate', async () => {
  const world = await haproxyWorld();
  const tls = await selfSigned(['mail.example.net', 'other.example.net']);
  const backend = await webBackend('mail', { tls });
  try {
    const [port = 0] = await freePorts(1);
    const mail = routeActions({ listener: port, hostname: 'mail.example.net', tls: true });
    await world.apply(listenerActions(port, { tls: true }).create, mail.create([backend.target]));
    expect((await get({ port, host: 'mail.example.net', ca: tls.cert })).body).toBe('mail');
    await expect(get({ port, host: 'other.example.net', ca: tls.cert })).rejects.toThrow();
    await expect(get({ port, host: 'mail.example.net' })).rejects.toThrow();
  } finally {
    await world.close();
    await backend.kill();
  }
});

test('the proxy takes both address families of [::], and nobody else may join it', async () => {
  const world = await haproxyWorld();
  const second = await haproxyWorld();
  try {
    const [port = 0] = await freePorts(1);
    const listener = listenerActions(port, { binds: [`[::]:${port}`] });
    await world.apply(listener.create);
    expect((await world.observe()).get(listener.key)?.state).toEqual({ binds: [`[::]:${port}`], tls: false });
    expect((await get({ port, host: 'web.example.net' })).status).toBe(404);
    await expect(second.apply(listenerActions(port).create)).rejects.toThrow(/in use/);
    expect([...(await second.observe()).keys()]).toEqual([]);
    expect(await second.pids()).toEqual([]);
  } finally {
    await world.close();
    await second.close();
  }
});
