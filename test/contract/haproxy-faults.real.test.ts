import { chmod, mkdir, readdir, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { isFleetError } from '@reconcile/core';
import {
  bareContext,
  convergeProxy,
  freePorts,
  get,
  type HaproxyWorld,
  haproxyWorld,
  listenerActions,
  routeActions,
  startLoad,
  type WantedProxy,
  type WebBackend,
  webBackend,
} from '@reconcile/testkit/proxy';
import { afterEach, beforeEach, expect, test } from 'vitest';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

let world: HaproxyWorld;
let backend: WebBackend;
let port: number;
let second: number;
let wanted: WantedProxy;

beforeEach(async () => {
  world = await haproxyWorld();
  backend = await webBackend('web');
  [port = 0, second = 0] = await freePorts(2);
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
  await world.close();
  await backend.kill();
});

const host = 'web.example.net';
const status = async () => (await get({ port, host })).status;
const masterPid = async () => Number(await readFile(world.settings.pidFile, 'utf8'));

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (isFleetError(error)) return error.code;
  return error instanceof Error && isFleetError(error.cause) ? error.cause.code : String(error);
}

async function died(): Promise<void> {
  for (let tries = 0; tries < 200 && (await world.pids()).length > 0; tries++) await pause(20);
  expect(await world.pids()).toEqual([]);
}

test('a second pass over what is as wanted does nothing', async () => {
  world.host.forget();
  expect(await convergeProxy(world, wanted)).toEqual([]);
  expect(world.host.writes()).toEqual([]);
});

test.each(['master', 'worker'])('%s killed: seen as stopped, started again by the next pass', async (who) => {
  const master = await masterPid();
  const worker = (await world.pids()).find((pid) => pid !== master) ?? 0;
  process.kill(who === 'master' ? master : worker, 'SIGKILL');
  await died();
  const seen = await world.observe();
  expect(seen.get(`listener/${port}`)?.state).toMatchObject({ binds: [], tls: false });
  expect(seen.get(`route/${port}/${host}`)?.state).toMatchObject({ targets: [backend.target], drifted: true });
  expect(await convergeProxy(world, wanted)).toHaveLength(4);
  expect(await status()).toBe(200);
  expect(await convergeProxy(world, wanted)).toEqual([]);
});

test('a configuration broken by hand is not taken by a reload, and is put right without one', async () => {
  await writeFile(world.settings.configFile, 'global\n  bogus\n');
  await world.askMaster('reload');
  await pause(200);
  expect(await status()).toBe(200);
  expect((await convergeProxy(world, wanted)).length).toBeGreaterThan(0);
  expect(await status()).toBe(200);
  expect(await readFile(world.settings.configFile, 'utf8')).toContain('frontend');
  expect(await convergeProxy(world, wanted)).toEqual([]);
});

test('an address in use: that listener is refused by name, what serves goes on, the others are done', async () => {
  const squatter = createServer();
  await new Promise<void>((resolve) => squatter.listen(second, '127.0.0.1', resolve));
  try {
    const another = routeActions({ listener: port, hostname: 'new.example.net' });
    const results = await Promise.allSettled([
      world.apply(listenerActions(second).create),
      world.apply(another.create([backend.target])),
    ]);
    expect(results.map((result) => result.status)).toEqual(['rejected', 'fulfilled']);
    const [refused] = results;
    const error = refused?.status === 'rejected' ? (refused.reason as Error) : undefined;
    expect(error?.message).toContain(`127.0.0.1:${second} is in use`);
    expect(await codeOf(Promise.reject(error))).toBe('HAPROXY_BIND');
    expect((await get({ port, host: 'new.example.net' })).status).toBe(200);
    expect([...(await world.observe()).keys()]).not.toContain(`listener/${second}`);
    expect(await convergeProxy(world, wanted)).toEqual([`${another.key}#delete`]);
  } finally {
    await new Promise((resolve) => squatter.close(resolve));
  }
});

test('a port below 1024 names the sysctl', async ({ skip }) => {
  skip(process.getuid?.() === 0, 'root may listen anywhere');
  const error = await world
    .apply(listenerActions(81, { binds: ['127.0.0.1:81'] }).create)
    .catch((thrown: Error) => thrown);
  expect(String(error)).toContain('ip_unprivileged_port_start=81');
  expect(await status()).toBe(200);
});

test('a frozen proxy is not an absent one', async () => {
  const frozen = await world.pids();
  for (const pid of frozen) process.kill(pid, 'SIGSTOP');
  const states = () => Promise.all(frozen.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8')));
  while (!(await states()).every((stat) => stat.includes(') T '))) await pause(5);
  expect(await codeOf(world.observe())).toBe('HAPROXY_UNREACHABLE');
  expect(await codeOf(world.apply(listenerActions(second).create))).toBe('HAPROXY_UNREACHABLE');
  for (const pid of frozen) process.kill(pid, 'SIGCONT');
  await pause(100);
  expect(await convergeProxy(world, wanted)).toEqual([]);
});

test('a socket without our right is told with both modes', async ({ skip }) => {
  skip(process.getuid?.() === 0, 'root has every right');
  await chmod(world.settings.statsSocket, 0o000);
  const error = await world.observe().catch((thrown: unknown) => thrown);
  expect(isFleetError(error) ? [error.code, error.actual] : error).toEqual([
    'HAPROXY_UNREACHABLE',
    'socket 000, directory 700',
  ]);
});

test('a lost record is read back from what runs, and no request fails meanwhile', async () => {
  const load = startLoad([{ port, host, isRight: (body) => body === 'web' }], 100);
  await unlink(world.settings.manifestFile);
  const seen = await world.observe();
  expect([...seen.keys()].sort()).toEqual([`listener/${port}`, ...wanted.routes.map(({ route }) => route.key)].sort());
  expect(seen.get(`route/${port}/${host}`)?.state).toMatchObject({ targets: [backend.target], drifted: true });
  await convergeProxy(world, wanted);
  await writeFile(world.settings.manifestFile, '{"version":1,"listeners":{"80\\nbackend x":{}}}');
  await convergeProxy(world, wanted);
  await rm(world.settings.dir, { recursive: true });
  await convergeProxy(world, wanted);
  expect(await convergeProxy(world, wanted)).toEqual([]);
  const report = await load.stop();
  expect(report.failures).toEqual([]);
});

test('a proxy whose sockets and files were all removed is found again and replaced', async () => {
  await rm(world.settings.runDir, { recursive: true });
  await rm(world.settings.dir, { recursive: true });
  const before = await world.pids();
  await convergeProxy(world, wanted);
  expect(await status()).toBe(200);
  expect((await world.pids()).some((pid) => before.includes(pid))).toBe(false);
  expect(await convergeProxy(world, wanted)).toEqual([]);
});

test('a stale pid file names nobody', async () => {
  for (const pid of await world.pids()) process.kill(pid, 'SIGKILL');
  await died();
  await writeFile(world.settings.pidFile, `${process.pid}\n`);
  expect((await world.observe()).get(`listener/${port}`)?.state).toMatchObject({ binds: [] });
  await convergeProxy(world, wanted);
  expect(await status()).toBe(200);
});

test("a directory of somebody else's kind is refused", async () => {
  await world.apply(...wanted.routes.map(({ route }) => route.delete), listenerActions(port).delete);
  // It ends when its last connection does; what counts below is that none is started.
  await died();
  await mkdir(world.settings.dir.slice(0, world.settings.dir.lastIndexOf('/')), { recursive: true });
  await writeFile(world.settings.dir, 'not a directory');
  expect(await codeOf(world.apply(listenerActions(port).create))).toMatch(/HAPROXY_UNSAFE|FILE_FAILED/);
  expect(await world.pids()).toEqual([]);
});

test('taking the last listener away stops the proxy, lets running answers finish, and leaves no file', async () => {
  const slow = get({ port, host, path: '/slow?ms=1500' });
  await pause(200);
  await world.apply(...wanted.routes.map(({ route }) => route.delete), listenerActions(port).delete);
  await expect(get({ port, host })).rejects.toThrow(/ECONNREFUSED/);
  expect((await slow).body).toBe('web');
  await died();
  expect((await world.observe()).size).toBe(0);
  await expect(readFile(world.settings.configFile)).rejects.toThrow(/ENOENT/);
  await expect(readFile(world.settings.pidFile)).rejects.toThrow(/ENOENT/);
});

test('a listener that goes takes its files along', async () => {
  const names = async () => [...(await readdir(world.settings.dir)), ...(await readdir(world.settings.runDir))];
  const before = await names();
  await world.apply(listenerActions(second).create);
  expect((await names()).length).toBe(before.length + 2);
  await world.apply(listenerActions(second).delete);
  expect(await names()).toEqual(before);
});

test('files of somebody else in our directory stay, and a configuration that is not ours is not written over', async () => {
  const { dir, configFile } = world.settings;
  await writeFile(`${dir}/notes.txt`, 'mine');
  await world.apply(...wanted.routes.map(({ route }) => route.delete), listenerActions(port).delete);
  expect(await readdir(dir)).toEqual(['notes.txt']);
  await writeFile(configFile, 'global\n  daemon\n');
  expect(await codeOf(world.apply(listenerActions(port).create))).toBe('HAPROXY_UNSAFE');
  expect(await readFile(configFile, 'utf8')).toBe('global\n  daemon\n');
});

test('a new start while the last one still serves its connections', async () => {
  const slow = get({ port, host, path: '/slow?ms=1500' });
  await pause(200);
  await world.apply(...wanted.routes.map(({ route }) => route.delete), listenerActions(port).delete);
  await convergeProxy(world, wanted);
  expect(await status()).toBe(200);
  expect((await slow).body).toBe('web');
  expect(await convergeProxy(world, wanted)).toEqual([]);
});

test('an action given up before it began did nothing', async () => {
  const gone = new AbortController();
  gone.abort();
  const action = routeActions({ listener: port, hostname: 'late.example.net' }).create([backend.target]);
  world.host.forget();
  expect(await codeOf(world.driver.apply(bareContext(world.host, gone.signal), action))).toBe('HAPROXY_CANCELLED');
  expect(world.host.writes()).toEqual([]);
});
