import { chmod, unlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { isFleetError } from '@reconcile/core';
import {
  type AdminFaults,
  adminFault,
  type CaddyWorld,
  caddyWorld,
  findCaddy,
  handMade,
} from '@reconcile/testkit/caddy';
import {
  convergeProxy,
  freePorts,
  get,
  listenerActions,
  routeActions,
  startLoad,
  type WantedProxy,
  type WebBackend,
  webBackend,
} from '@reconcile/testkit/proxy';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const missing = findCaddy() === undefined;
if (missing) process.stdout.write('caddy faults: not tested, the program is not on this machine\n');

describe.skipIf(missing)('Caddy', () => {
  let world: CaddyWorld;
  let between: Awaited<ReturnType<typeof adminFault>>;
  let faults: AdminFaults;
  let backend: WebBackend;
  let port: number;
  let second: number;
  let mine: number;
  let wanted: WantedProxy;

  beforeEach(async () => {
    [port = 0, second = 0, mine = 0] = await freePorts(3);
    world = await caddyWorld({ apps: handMade(mine), through: (admin) => `${admin}.fault` });
    between = await adminFault(world.settings.admin, world.settings.admin.replace('.fault', ''));
    faults = between.faults;
    backend = await webBackend('web');
    wanted = {
      listeners: [listenerActions(port)],
      routes: ['web', 'api', 'docs'].map((name) => ({
        route: routeActions({ listener: port, hostname: `${name}.example.net` }),
        targets: [backend.target],
      })),
    };
    await convergeProxy(world, wanted);
  });
  afterEach(async () => {
    await between.close();
    await world.close();
    await backend.kill();
  });

  const host = 'web.example.net';
  const status = async () => (await get({ port, host })).status;
  const another = () => routeActions({ listener: port, hostname: 'new.example.net' });

  test('a second pass over what is as wanted does nothing', async () => {
    world.host.forget();
    expect(await convergeProxy(world, wanted)).toEqual([]);
    expect(world.host.writes()).toEqual([]);
    expect(await status()).toBe(200);
  });

  test('gone: unseen, not absent; started again without what we had put there: put there again', async () => {
    await world.kill();
    expect(await codeOf(world.observe())).toBe('CADDY_UNREACHABLE');
    expect(await codeOf(world.apply(another().create([backend.target])))).toBe('CADDY_UNREACHABLE');
    await world.start();
    expect((await world.observe()).size).toBe(0);
    expect(await convergeProxy(world, wanted)).toHaveLength(4);
    expect(await status()).toBe(200);
    expect(await convergeProxy(world, wanted)).toEqual([]);
  });

  test('a socket that is missing, or closed to us, is told with its modes', async ({ skip }) => {
    const real = await caddyWorld();
    try {
      const socket = real.settings.admin;
      if (process.getuid?.() === 0) skip(true, 'root has every right');
      await chmod(socket, 0o000);
      const closed = await real.observe().catch((thrown: unknown) => thrown);
      expect(isFleetError(closed) ? [closed.code, closed.actual] : closed).toEqual([
        'CADDY_UNREACHABLE',
        `socket mode 000 of uid ${process.getuid?.()}, directory 700`,
      ]);
      await unlink(socket);
      const gone = await real.observe().catch((thrown: unknown) => thrown);
      expect(isFleetError(gone) ? [gone.code, gone.actual] : gone).toEqual([
        'CADDY_UNREACHABLE',
        'socket missing, directory 700',
      ]);
    } finally {
      await real.close();
    }
  });

  test('an admin API that does not know us names the key that is missing', async () => {
    const real = await caddyWorld({ origins: ['admin.example.net'] }).catch(() => undefined);
    if (real === undefined) throw new Error('no Caddy');
    try {
      const error = await real.observe().catch((thrown: unknown) => thrown);
      expect(isFleetError(error) ? [error.code, error.hint] : error).toEqual([
        'CADDY_DENIED',
        expect.stringContaining('"origins": ["localhost"]'),
      ]);
    } finally {
      await real.close();
    }
  });

  test('silent: given up within its deadline, and what serves goes on', async () => {
    faults.mode = 'silent';
    const begun = performance.now();
    expect(await codeOf(world.observe())).toBe('CADDY_UNREACHABLE');
    expect(performance.now() - begun).toBeLessThan(5000);
    expect(await status()).toBe(200);
    faults.mode = 'pass';
    expect(await convergeProxy(world, wanted)).toEqual([]);
  });

  test.each(['html', 'broken', 'untagged'] as const)('%s answers are an error, never an empty list', async (mode) => {
    faults.mode = mode;
    expect(await codeOf(world.observe())).toBe('CADDY_GARBLED');
    faults.mode = 'pass';
    expect(await convergeProxy(world, wanted)).toEqual([]);
  });

  test.each(['lost', 'unanswered'] as const)('a write that is %s half-way: the next pass finishes', async (how) => {
    const more = { ...wanted, listeners: [...wanted.listeners, listenerActions(second)] };
    const both = [another().create([backend.target]), listenerActions(second).create];
    faults.cut = { after: 0, how };
    const results = await Promise.allSettled(both.map((action) => world.apply(action)));
    expect(results.some((result) => result.status === 'rejected')).toBe(how === 'lost');
    delete faults.cut;
    const all = { ...more, routes: [...more.routes, { route: another(), targets: [backend.target] }] };
    await convergeProxy(world, all);
    expect((await get({ port, host: 'new.example.net' })).status).toBe(200);
    expect(await convergeProxy(world, all)).toEqual([]);
  });

  test('somebody else who writes meanwhile is not undone', async () => {
    let count = 0;
    const server = (n: number) => ({ listen: [`127.0.0.1:${second}`], routes: [], read_timeout: n });
    faults.before = async () => {
      if (count < 3) await world.admin('POST', 'config/apps/http/servers/other', server(++count));
    };
    await world.apply(another().create([backend.target]));
    expect(count).toBe(3);
    expect((await world.admin('GET', 'config/apps/http/servers/other')).body).toEqual(server(3));
    expect((await get({ port, host: 'new.example.net' })).status).toBe(200);
    let on = 0;
    faults.before = async () => {
      await world.admin('POST', 'config/apps/http/servers/other', server(++on));
    };
    expect(await codeOf(world.apply(another().delete))).toBe('CADDY_CONTESTED');
    faults.before = undefined;
    expect((await world.admin('GET', 'config/apps/http/servers/other')).body).toEqual(server(on));
  });

  test('an address in use: that listener is refused by name, what serves goes on, the others are done', async () => {
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(second, '127.0.0.1', resolve));
    try {
      const results = await Promise.allSettled([
        world.apply(listenerActions(second).create),
        world.apply(another().create([backend.target])),
      ]);
      expect(results.map((result) => result.status)).toEqual(['rejected', 'fulfilled']);
      const [refused] = results;
      const error = refused?.status === 'rejected' ? (refused.reason as Error) : undefined;
      expect(error?.message).toContain(`${second}`);
      expect(await codeOf(Promise.reject(error))).toBe('CADDY_BIND');
      expect((await get({ port, host: 'new.example.net' })).status).toBe(200);
      expect(await convergeProxy(world, wanted)).toEqual([`${another().key}#delete`]);
    } finally {
      await new Promise((resolve) => squatter.close(resolve));
    }
    // An address of a server that somebody made by hand, in the same Caddy.
    expect(await codeOf(world.apply(listenerActions(mine).create))).toBe('CADDY_BIND');
    expect((await get({ port: mine, host: 'mine.example.net' })).body).toBe('mine');
  });

  test('edits of all kinds behind our back are seen at whose they are, and put right', async () => {
    const at = `config/apps/http/servers/reconcile-${port}`;
    const first = `${at}/routes/0`;
    const edits: [string, string, unknown, string][] = [
      ['PATCH', `${first}/handle/1/upstreams`, [{ dial: '127.0.0.1:1' }], 'route'],
      ['PATCH', `${first}/match`, [{ host: ['evil.example.net'] }], 'route'],
      ['DELETE', `${first}`, undefined, 'gone'],
      ['DELETE', `${first}/handle/0`, undefined, 'gone'],
      ['PATCH', `${first}/handle/0/reconcile/spec/headers`, { 'x-a': 'b' }, 'route'],
      ['PATCH', `${first}/handle/0/reconcile/spec`, { hostname: 7 }, 'gone'],
      ['PUT', `${first}`, { handle: [{ handler: 'static_response', body: 'evil' }] }, 'listener'],
      ['DELETE', `${at}/routes/3`, undefined, 'listener'],
      ['POST', `${at}/protocols`, 'h3', 'listener'],
      ['PATCH', `${at}/listen`, [`127.0.0.1:${second}`], 'listener'],
      ['PATCH', `${at}/routes/3/handle/0/reconcile`, {}, 'listener'],
      ['DELETE', at, undefined, 'gone'],
    ];
    const drifted = async () =>
      [...(await world.observe()).values()].filter((one) => (one.state as { drifted?: boolean }).drifted === true);
    for (const [method, path, body, whose] of edits) {
      expect((await world.admin(method, path, body)).status, path).toBe(200);
      const kinds = new Set((await drifted()).map(({ kind }) => kind));
      if (whose !== 'gone') expect([...kinds], `${method} ${path}`).toContain(whose);
      expect((await convergeProxy(world, wanted)).length, `${method} ${path}`).toBeGreaterThan(0);
      expect(await status(), `${method} ${path}`).toBe(200);
      expect((await get({ port, host: 'evil.example.net' })).status, `${method} ${path}`).toBe(404);
      expect(await convergeProxy(world, wanted), `${method} ${path}`).toEqual([]);
    }
  });

  test('taking everything away lets running answers finish and leaves what was made by hand', async () => {
    const slow = get({ port, host, path: '/slow?ms=1500' });
    for (const end = performance.now() + 3000; backend.served() === 0 && performance.now() < end; )
      await new Promise(setImmediate);
    await world.apply(...wanted.routes.map(({ route }) => route.delete), listenerActions(port).delete);
    await expect(get({ port, host })).rejects.toThrow(/ECONNREFUSED/);
    expect((await slow).body).toBe('web');
    expect((await world.admin('GET', 'config/apps')).body).toEqual(handMade(mine));
  });

  test('routes come, move and go under load: no wrong answer; what a change of Caddy costs is told', async () => {
    const next = await webBackend('next');
    try {
      const load = startLoad([{ port, host, isRight: (body) => body === 'web' || body === 'next' }], 100);
      const [web] = wanted.routes;
      for (let round = 0; round < 8; round++) {
        await world.apply(web?.route.update([round % 2 === 0 ? next.target : backend.target]) as never);
        const asked = backend.served() + next.served();
        for (const end = performance.now() + 5000; backend.served() + next.served() < asked + 20; ) {
          expect(performance.now()).toBeLessThan(end);
          await new Promise(setImmediate);
        }
      }
      const report = await load.stop();
      process.stdout.write(`caddy, 8 changes under load: ${JSON.stringify(report)}\n`);
      // A reset of a connection at the moment of a change is Caddy's own; an answer is never a wrong one.
      expect(
        report.failures.filter((failure) => !/ECONNRESET|socket hang up|EPIPE|ECONNREFUSED/.test(failure)),
      ).toEqual([]);
      expect(report.failures.length).toBeLessThan(report.total / 20);
    } finally {
      await next.kill();
    }
  });

  test('a program that is away for a moment costs time, not requests', async () => {
    await backend.stop();
    const waiting = get({ port, host });
    await Promise.race([waiting, new Promise((resolve) => setTimeout(resolve, 700))]);
    await backend.start();
    expect((await waiting).body).toBe('web');
  });
});

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (isFleetError(error)) return error.code;
  return error instanceof Error && isFleetError(error.cause) ? error.cause.code : String(error);
}
