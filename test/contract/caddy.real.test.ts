import { createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { createReadHost, type Host, type ReadHost } from '@reconcile/host';
import { type CaddyWorld, caddyScript, caddyWorld, ended, findCaddy, handMade } from '@reconcile/testkit/caddy';
import { describeLaw } from '@reconcile/testkit/contract';
import {
  bareContext,
  freePorts,
  get,
  listenerActions,
  proxyKinds,
  routeActions,
  selfSigned,
  webBackend,
} from '@reconcile/testkit/proxy';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const missing = findCaddy() === undefined;
if (missing) process.stdout.write('caddy: not tested, the program is not on this machine\n');

describe.skipIf(missing)('Caddy', () => {
  describeLaw<ReadHost, Host>('real Caddy', async () => {
    const [mine = 0, plain = 0, tls = 0, spare = 0, other = 0] = await freePorts(5);
    const world = await caddyWorld({ apps: handMade(mine) });
    await world.putCertificate('shop.example.net', await selfSigned(['shop.example.net']));
    const observing = createReadHost();
    const there = listenerActions(plain);
    const at = (given: Partial<Parameters<typeof routeActions>[0]>) =>
      routeActions({ listener: plain, hostname: 'web.example.net', ...given });
    const route = (given: Partial<Parameters<typeof routeActions>[0]>) => at(given).create(['127.0.0.1:31001']);
    const handMadeBefore = (await world.admin('GET', 'config/')).body;
    return {
      driver: world.driver,
      kinds: proxyKinds,
      script: caddyScript({ plain, tls, spare }),
      observing: () => bareContext(observing),
      applying: (signal) => bareContext(world.host, signal),
      fingerprint: async () => JSON.stringify((await world.admin('GET', 'config/')).body),
      refused: [
        { action: route({ listener: other }), code: 'CADDY_NO_LISTENER' },
        { action: there.update({ binds: ['localhost:80'] }), code: 'CADDY_ROUTE' },
        { action: route({ tls: true, mode: 'l4' }), code: 'CADDY_NOT_SUPPORTED' },
        { action: at({ ...ended('a.example.net'), listener: plain }).create([]), code: 'CADDY_NOT_SUPPORTED' },
        { action: route({ proxyProtocol: true }), code: 'CADDY_NOT_SUPPORTED' },
        { action: route({ rateLimit: 5 }), code: 'CADDY_NOT_SUPPORTED' },
        { action: at({}).park(['127.0.0.1:31001']), code: 'CADDY_NOT_SUPPORTED' },
      ],
      foreign: {
        place: async () => undefined,
        // The last of ours is gone: nothing but what was made by hand is left, to the letter.
        left: async () => JSON.stringify((await world.admin('GET', 'config/')).body) === JSON.stringify(handMadeBefore),
      },
      close: () => world.close(),
    };
  });

  describe('serves', () => {
    let world: CaddyWorld;
    let port: number;
    let mine: number;
    let second: number;

    beforeEach(async () => {
      [port = 0, mine = 0, second = 0] = await freePorts(3);
      world = await caddyWorld({ apps: handMade(mine) });
    });
    afterEach(() => world.close());

    test('hosts, longest paths, forwarded headers, and 404 for unknown names', async () => {
      const [web, api, v2] = await Promise.all(['web', 'api', 'v2'].map((name) => webBackend(name)));
      try {
        await world.apply(listenerActions(port).create);
        const at = (path: string) => routeActions({ listener: port, hostname: 'web.example.net', path });
        await world.applyTogether(
          at('/').create([web?.target ?? '']),
          at('/api').create([api?.target ?? '']),
          at('/api/v2').create([v2?.target ?? '']),
        );
        const ask = async (path: string, host = 'web.example.net') => (await get({ port, host, path })).body;
        const asked = [
          '/',
          '/apix',
          '/API',
          '/api',
          '/api/',
          '/api?x=1',
          '/api/v1',
          '/api/v2',
          '/api/v2/z',
          '/api/v22',
        ];
        expect(await Promise.all(asked.map((path) => ask(path)))).toEqual(
          'web web web api api api api v2 v2 api'.split(' '),
        );
        expect(await ask('/', 'WEB.Example.NET:8080')).toBe('web');
        expect(await ask('/', 'web.example.net.')).toBe('web');
        expect((await get({ port, host: 'other.example.net' })).status).toBe(404);
        const forged = { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'https' };
        const answer = await get({ port, host: 'web.example.net', path: '/x', headers: forged });
        const seen = { host: 'web.example.net', path: '/x', client: '127.0.0.1', proto: 'http' };
        expect(JSON.parse(String(answer.headers['x-seen']))).toEqual(seen);
        expect((await get({ port: mine, host: 'mine.example.net' })).body).toBe('mine');
      } finally {
        for (const backend of [web, api, v2]) await backend?.kill();
      }
    });

    test('allow, deny and response headers, whose braces stay braces', async () => {
      const backend = await webBackend('web');
      try {
        await world.apply(listenerActions(port).create);
        const named = (name: string, given: Partial<Parameters<typeof routeActions>[0]>) =>
          routeActions({ listener: port, hostname: `${name}.example.net`, ...given }).create([backend.target]);
        await world.applyTogether(
          named('in', { allow: ['127.0.0.0/8'] }),
          named('out', { allow: ['192.0.2.0/24'] }),
          named('no', { deny: ['127.0.0.1'] }),
          named('text', { headers: { 'X-Kind': 'a {env.HOME} {http.request.host} b' } }),
        );
        const status = async (name: string) => (await get({ port, host: `${name}.example.net` })).status;
        expect(await Promise.all(['in', 'out', 'no', 'text'].map(status))).toEqual([200, 403, 403, 200]);
        const { headers } = await get({ port, host: 'text.example.net' });
        expect(headers['x-kind']).toBe('a {env.HOME} {http.request.host} b');
      } finally {
        await backend.kill();
      }
    });

    test('what a definition must not put into a configuration is refused alone', async () => {
      await world.apply(listenerActions(port).create);
      const good = routeActions({ listener: port, hostname: 'web.example.net' });
      const evil = [
        { hostname: 'example.net"}],"x":"' },
        { hostname: '{env.HOME}.example.net' },
        { hostname: '*.example.net' },
        { hostname: 'web.example.net', path: '/a(.*)' },
        { hostname: 'web.example.net', path: '/../etc' },
        { hostname: 'api.example.net', headers: { 'x-a': 'b\r\nx-c: d' } },
        { hostname: 'api.example.net', allow: ['{env.HOME}'] },
        { hostname: 'api.example.net', backendTls: { verify: true, serverName: '{env.HOME}' } },
      ].map((given) => routeActions({ listener: port, ...given }).create(['127.0.0.1:31001']));
      const evilTarget = routeActions({ listener: port, hostname: 'c.example.net' }).create(['{env.HOME}:80']);
      const twice = { ...routeActions({ listener: port, hostname: 'WEB.example.net' }).create(['127.0.0.1:31002']) };
      const results = await Promise.allSettled(
        [good.create(['127.0.0.1:31001']), ...evil, evilTarget, twice].map((action) => world.apply(action)),
      );
      expect(results.map((result) => result.status)).toEqual(['fulfilled', ...Array(10).fill('rejected')]);
      expect([...(await world.observe()).keys()]).toEqual([`listener/${port}`, good.key]);
    });

    test('the certificate of a name, renewed without being asked twice; none for unknown names', async () => {
      const [first, renewed] = [await selfSigned(['web.example.net']), await selfSigned(['web.example.net'])];
      const backend = await webBackend('web');
      try {
        await world.putCertificate('web.example.net', first);
        const web = routeActions({ listener: port, hostname: 'web.example.net', ...ended('web.example.net', second) });
        const ask = (ca: string, host = 'web.example.net') => get({ port, host, ca });
        await world.apply(listenerActions(second).create, listenerActions(port, { tls: true }).create);
        await world.apply(web.create([backend.target]));
        expect((await ask(first.cert)).body).toBe('web');
        const sent = await get({ port: second, host: 'web.example.net:80', path: '/a?b=c' });
        expect([sent.status, sent.headers.location]).toEqual([308, `https://web.example.net:${port}/a?b=c`]);
        expect((await get({ port: second, host: 'other.example.net' })).status).toBe(404);
        await world.admin('PATCH', `config/apps/http/servers/reconcile-${second}/routes/0/handle`, []);
        expect((await world.observe()).get(`listener/${second}`)?.state).toMatchObject({ drifted: true });
        await world.apply(listenerActions(second).create);
        expect((await get({ port: second, host: 'web.example.net' })).status).toBe(308);
        await expect(ask(first.cert, 'other.example.net')).rejects.toThrow();
        await expect(get({ port, host: 'web.example.net' })).resolves.toMatchObject({ status: 400 });
        await world.putCertificate('web.example.net', renewed);
        expect((await world.observe()).get(web.key)?.state).toMatchObject({ drifted: false, staleCertificate: true });
        await world.apply(web.update([backend.target]));
        expect((await ask(renewed.cert)).body).toBe('web');
        await expect(ask(first.cert)).rejects.toThrow();
        expect((await world.observe()).get(web.key)?.state).not.toHaveProperty('staleCertificate');
        const text = JSON.stringify((await world.admin('GET', 'config/')).body);
        expect(text).not.toContain('PRIVATE KEY');
      } finally {
        await backend.kill();
      }
    });

    test('a program that speaks TLS itself, with a name that is verified and without', async () => {
      const tls = await selfSigned(['web.example.net']);
      const backend = await webBackend('web', { tls });
      try {
        await world.apply(listenerActions(port).create);
        const named = (name: string, verify: boolean) =>
          routeActions({
            listener: port,
            hostname: `${name}.example.net`,
            holdMs: 0,
            backendTls: { verify, serverName: 'web.example.net' },
          });
        await world.apply(
          named('loose', false).create([backend.target]),
          named('strict', true).create([backend.target]),
        );
        expect((await get({ port, host: 'loose.example.net' })).body).toBe('web');
        // Nobody here trusts that certificate.
        expect((await get({ port, host: 'strict.example.net' })).status).toBe(502);
      } finally {
        await backend.kill();
      }
    });

    test('a program that speaks HTTP/2 without TLS', async () => {
      const server = createServer();
      server.on('stream', (stream) => stream.end('h2c'));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      try {
        const route = routeActions({ listener: port, hostname: 'web.example.net', h2c: true });
        const target = `127.0.0.1:${(server.address() as AddressInfo).port}`;
        await world.apply(listenerActions(port).create, route.create([target]));
        expect((await get({ port, host: 'web.example.net' })).body).toBe('h2c');
      } finally {
        server.close();
      }
    });

    test('what somebody made by hand is shown as his', async () => {
      const seen = (await world.observeAll()).get(`route/${mine}/mine.example.net`);
      expect(seen?.owner).toBe('foreign');
      expect((await world.observe()).size).toBe(0);
    });
  });
});
