import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { isFleetError } from '@reconcile/core';
import type { Host, ReadHost } from '@reconcile/host';
import { describeLaw } from '@reconcile/testkit/contract';
import { type McproxyWorld, mcproxyScript, mcproxyWorld } from '@reconcile/testkit/mcproxy';
import { convergeProxy, listenerActions, proxyKinds, routeActions, type WantedProxy } from '@reconcile/testkit/proxy';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const foreign = {
  hostname: 'mine.example.net',
  backend: '192.0.2.1:443',
  mode: 'l4',
  tls_cert: '',
  tls_key: '',
  backend_tls: false,
  send_proxy_protocol: true,
};
const first = listenerActions(443, { tls: true, binds: ['[::]:443'] });
const second = listenerActions(8443, { tls: true, binds: ['127.0.0.1:8443', '127.0.0.2:8443'] });
const config = { listeners: [':443', '127.0.0.1:8443', '127.0.0.2:8443'], seed: { ':443': [foreign] } };

describeLaw<ReadHost, Host>('MC-Proxy', async () => {
  const world = await mcproxyWorld([first, second], config);
  await world.putCertificate('web.example.net', 'one');
  const database = () => readFile(`${world.root}/mc-proxy.db`, 'utf8');
  const before = await database();
  const route = (given: Partial<Parameters<typeof routeActions>[0]>) =>
    routeActions({ listener: 443, hostname: 'api.example.net', tls: true, ...given });
  const l7 = { mode: 'l7', certificate: 'api.example.net' } as const;
  return {
    driver: world.driver,
    kinds: proxyKinds,
    script: mcproxyScript([first, second]),
    observing: world.observing,
    applying: world.applying,
    fingerprint: async () =>
      `${await database()} ${await readFile(world.settings.recordFile, 'utf8').catch(() => 'none')}`,
    refused: [
      { action: route({ hostname: foreign.hostname }).create(['127.0.0.1:31001']), code: 'MCPROXY_CONFLICT' },
      { action: route({ listener: 9443 }).create(['127.0.0.1:31001']), code: 'MCPROXY_NO_LISTENER' },
      { action: listenerActions(9443, { tls: true }).create, code: 'MCPROXY_NO_LISTENER' },
      { action: listenerActions(80).create, code: 'MCPROXY_NO_LISTENER' },
      { action: route({ path: '/api' }).create(['127.0.0.1:31001']), code: 'MCPROXY_NOT_SUPPORTED' },
      { action: route({ ...l7, headers: { a: 'b' } }).create(['127.0.0.1:31001']), code: 'MCPROXY_NOT_SUPPORTED' },
      { action: route({}).create(['127.0.0.1:31001', '127.0.0.1:31002']), code: 'MCPROXY_NOT_SUPPORTED' },
      { action: route({}).park(['127.0.0.1:31001']), code: 'MCPROXY_NOT_SUPPORTED' },
      { action: route({ hostname: 'a b' }).create(['127.0.0.1:31001']), code: 'MCPROXY_ROUTE' },
      { action: route({}).create(['localhost:80']), code: 'MCPROXY_ROUTE' },
    ],
    foreign: {
      place: async () => undefined,
      left: async () => (await database()) === before,
    },
    close: world.close,
  };
});

describe('MC-Proxy', () => {
  let world: McproxyWorld;
  let wanted: WantedProxy;
  const mail = routeActions({ listener: 8443, hostname: 'mail.example.net', tls: true });
  const api = routeActions({ listener: 8443, hostname: 'api.example.net', tls: true, proxyProtocol: true });
  const web = routeActions({
    listener: 443,
    hostname: 'web.example.net',
    tls: true,
    mode: 'l7',
    certificate: 'web.example.net',
  });

  beforeEach(async () => {
    world = await mcproxyWorld([first, second], config);
    await world.putCertificate('web.example.net', 'one');
    wanted = {
      listeners: [first, second],
      routes: [mail, api, web].map((route, at) => ({ route, targets: [`127.0.0.1:3100${at}`] })),
    };
    expect(await convergeProxy(world, wanted)).toEqual([mail, api, web].map(({ key }) => `${key}#create`));
  });
  afterEach(() => world.close());

  test('listeners that are there are as wanted; each address of one has its routes; a quiet pass writes nothing', async () => {
    expect([...(await world.observeAll()).values()].map(({ key, owner }) => `${key} ${owner}`).sort()).toEqual([
      'listener/443 managed',
      'listener/8443 managed',
      'route/443/mine.example.net foreign',
      'route/443/web.example.net managed',
      'route/8443/api.example.net managed',
      'route/8443/mail.example.net managed',
    ]);
    expect(world.server.writes.filter((line) => line.includes('mail')).sort()).toEqual([
      'add 127.0.0.1:8443 mail.example.net 127.0.0.1:31000',
      'add 127.0.0.2:8443 mail.example.net 127.0.0.1:31000',
    ]);
    world.host.forget();
    const calls = world.server.writes.length;
    expect(await convergeProxy(world, wanted)).toEqual([]);
    expect(world.host.writes()).toEqual([]);
    expect(world.server.writes.length).toBe(calls);
  });

  test('what it was told survives its restart, and what its file once seeded is not seeded again', async () => {
    await world.restart();
    expect(await convergeProxy(world, wanted)).toEqual([]);
    await world.restart({ seed: { ':443': [{ ...foreign, backend: '192.0.2.9:443' }] } });
    const seen = (await world.observeAll()).get('route/443/mine.example.net');
    expect(seen?.state).toMatchObject({ targets: [foreign.backend] });
  });

  test('a database that was lost: put there again', async () => {
    await rm(`${world.root}/mc-proxy.db`);
    await world.restart();
    expect((await world.observe()).get(web.key)?.state).toMatchObject({ targets: [], drifted: true });
    expect(await convergeProxy(world, wanted)).toHaveLength(3);
    expect(await convergeProxy(world, wanted)).toEqual([]);
  });

  test('a route edited or removed behind our back is put right', async () => {
    const { withConnection } = await import('@reconcile/drivers/mcproxy/calls');
    const edit = (hostname: string) =>
      withConnection(world.host, world.settings, async ({ call }) => {
        await call('AddRoute', { listener_addr: ':443', route: { ...foreign, hostname } });
      });
    await edit('web.example.net');
    expect((await world.observe()).get(web.key)?.state).toMatchObject({ targets: [foreign.backend], drifted: true });
    expect(await convergeProxy(world, wanted)).toEqual([`${web.key}#update`]);
    await withConnection(world.host, world.settings, async ({ call }) => {
      await call('RemoveRoute', { listener_addr: '127.0.0.2:8443', hostname: 'mail.example.net' });
    });
    expect(await convergeProxy(world, wanted)).toEqual([`${mail.key}#update`]);
    expect(await convergeProxy(world, wanted)).toEqual([]);
  });

  test('a renewed certificate is told to it again', async () => {
    await world.putCertificate('web.example.net', 'two');
    expect((await world.observe()).get(web.key)?.state).toMatchObject({ drifted: false, staleCertificate: true });
    const calls = world.server.writes.length;
    expect(await convergeProxy(world, wanted)).toEqual([`${web.key}#update`]);
    expect(world.server.writes.length).toBe(calls + 1);
    expect(await convergeProxy(world, wanted)).toEqual([]);
  });

  test.each([
    ['before', false],
    ['after', true],
  ])('one of two addresses refused, %s its effect: the next pass finishes', async (_when, done) => {
    world.server.faults.refuse = { call: 'AddRoute', after: 1, code: 10, done };
    const late = routeActions({ listener: 8443, hostname: 'late.example.net', tls: true });
    expect(await codeOf(world.apply(late.create(['127.0.0.1:31009'])))).toBe('MCPROXY_REFUSED');
    delete world.server.faults.refuse;
    const seen = (await world.observe()).get(late.key);
    expect(seen?.owner).toBe('managed');
    const more = { ...wanted, routes: [...wanted.routes, { route: late, targets: ['127.0.0.1:31009'] }] };
    await convergeProxy(world, more);
    expect((await world.observe()).get(late.key)?.state).toMatchObject({
      targets: ['127.0.0.1:31009'],
      drifted: false,
    });
    world.server.faults.refuse = { call: 'RemoveRoute', after: 1, code: 10, done };
    expect(await codeOf(world.apply(late.delete))).toBe('MCPROXY_REFUSED');
    delete world.server.faults.refuse;
    await convergeProxy(world, wanted);
    expect((await world.observeAll()).has(late.key)).toBe(false);
  });

  test('a listener that moved or went is told, with where it is to be made', async () => {
    await world.restart({ listeners: [':443', '127.0.0.1:8443'] });
    expect((await world.observe()).get('listener/8443')?.state).toMatchObject({ binds: ['127.0.0.1:8443'] });
    const error = await world.apply(second.update({})).catch((thrown: Error) => thrown.cause);
    expect(isFleetError(error) ? [error.code, error.wanted, error.hint] : error).toEqual([
      'MCPROXY_NO_LISTENER',
      'a listener at 127.0.0.2:8443',
      expect.stringContaining('[[listeners]]'),
    ]);
  });

  test('a lost record makes ours look like somebody else’s, and those stay', async () => {
    await rm(world.settings.dir, { recursive: true });
    expect((await world.observeAll()).get(web.key)?.owner).toBe('foreign');
    expect(await codeOf(world.apply(web.create(['127.0.0.1:31002'])))).toBe('MCPROXY_CONFLICT');
    expect(await codeOf(convergeProxy({ ...world, observe: world.observeAll }, wanted))).toContain('blocked');
  });

  test('gone, silent, garbled, of another version: each told, none taken for empty', async () => {
    const { socket } = world.settings;
    world.server.faults.silent = true;
    const begun = performance.now();
    expect(await codeOf(world.observe())).toBe('MCPROXY_UNREACHABLE');
    expect(performance.now() - begun).toBeLessThan(5000);
    delete world.server.faults.silent;
    world.server.faults.garbled = true;
    expect(await codeOf(world.observe())).toBe('MCPROXY_GARBLED');
    delete world.server.faults.garbled;
    world.server.faults.refuse = { call: 'GetStatus', after: 0, code: 12 };
    expect(await codeOf(world.observe())).toBe('MCPROXY_UNKNOWN_CALL');
    world.server.faults.refuse = { call: 'ListRoutes', after: 0, code: 7 };
    expect(await codeOf(world.observe())).toBe('MCPROXY_DENIED');
    delete world.server.faults.refuse;
    expect(await convergeProxy(world, wanted)).toEqual([]);
    await world.server.stop();
    await rm(socket, { force: true });
    const gone = await world.observe().catch((thrown: unknown) => thrown);
    expect(isFleetError(gone) ? [gone.code, gone.actual?.split(';')[0]] : gone).toEqual([
      'MCPROXY_UNREACHABLE',
      'socket missing, directory 700',
    ]);
    await writeFile(socket, '');
    expect(await codeOf(world.observe())).toBe('MCPROXY_UNREACHABLE');
    await rm(socket);
    const stranger = createServer((client) => {
      client.on('error', () => undefined);
      client.write('HTTP/1.1 200 OK\r\n\r\nIt works!', () => client.destroy());
    });
    await new Promise<void>((resolve) => stranger.listen(socket, resolve));
    expect(await codeOf(world.observe())).toMatch(/^MCPROXY_(UNREACHABLE|GARBLED)$/);
    await new Promise((resolve) => stranger.close(resolve));
  });

  test('a socket whose mode was reset is told with both modes', async ({ skip }) => {
    skip(process.getuid?.() === 0, 'root has every right');
    await chmod(world.settings.socket, 0o000);
    const closed = await world.observe().catch((thrown: unknown) => thrown);
    expect(isFleetError(closed) ? [closed.code, closed.actual?.split(';')[0]] : closed).toEqual([
      'MCPROXY_UNREACHABLE',
      `socket mode 000 of uid ${process.getuid?.()}, directory 700`,
    ]);
  });

  test('undeployed: nothing of ours is left, not even the record', async () => {
    await world.apply(mail.delete, api.delete, web.delete);
    await expect(readFile(world.settings.recordFile)).rejects.toThrow(/ENOENT/);
    expect(JSON.parse(await readFile(`${world.root}/mc-proxy.db`, 'utf8'))).toEqual({
      ':443': [foreign],
      '127.0.0.1:8443': [],
      '127.0.0.2:8443': [],
    });
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
