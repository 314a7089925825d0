import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import {
  convergeProxy,
  freePorts,
  get,
  type HaproxyWorld,
  haproxyWorld,
  listenerActions,
  routeActions,
  type WantedProxy,
  webBackend,
} from '@reconcile/testkit/proxy';
import { expect, test } from 'vitest';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A figure for whoever runs the tests. */
function tell(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

async function reloadsOf(world: HaproxyWorld): Promise<number> {
  return Number(/master\s+(\d+)/.exec(await world.askMaster('show proc'))?.[1]);
}

test('500 routes: made with few loads, looked at quickly, one more without a reload', async () => {
  const world = await haproxyWorld();
  const backend = await webBackend('web');
  try {
    const [port = 0] = await freePorts(1);
    const listener = listenerActions(port);
    const route = (n: number) => routeActions({ listener: port, hostname: `web-${n}.example.net` });
    await world.apply(listener.create);
    const all = Array.from({ length: 500 }, (_, n) => route(n));
    const making = await timed(() => world.applyTogether(...all.map((one) => one.create([backend.target]))));
    const reloads = await reloadsOf(world);
    expect(reloads).toBeLessThanOrEqual(1);
    expect((await get({ port, host: 'web-499.example.net' })).body).toBe('web');

    const looks: number[] = [];
    for (let n = 0; n < 15; n++) looks.push(await timed(() => world.observe()));
    const adds: number[] = [];
    for (let n = 500; n < 515; n++) {
      adds.push(await timed(() => world.apply(route(n).create([backend.target]))));
      expect((await get({ port, host: `web-${n}.example.net` })).body).toBe('web');
    }
    expect(await reloadsOf(world)).toBe(reloads);
    expect((await world.observe()).size).toBe(516);
    world.host.forget();
    await world.observe();
    const asked = world.host.calls.filter((call) => call.what === 'net.ask');
    expect(asked.length).toBeLessThanOrEqual(1);
    tell(
      `500 routes at once ${making.toFixed(0)} ms; observed ${median(looks).toFixed(1)} ms; one more ${median(adds).toFixed(1)} ms`,
    );
  } finally {
    await world.close();
    await backend.kill();
  }
});

test('routes one by one cost few reloads', async () => {
  const world = await haproxyWorld();
  try {
    const [port = 0] = await freePorts(1);
    await world.apply(listenerActions(port).create);
    const made: ReturnType<typeof routeActions>[] = [];
    for (let n = 0; n < 60; n++) {
      const one = routeActions({ listener: port, hostname: `web-${n}.example.net` });
      await world.apply(one.create([`127.0.0.1:${31000 + n}`]));
      made.push(one);
    }
    const reloads = await reloadsOf(world);
    tell(`60 routes one by one: ${reloads} reloads`);
    expect(reloads).toBeLessThanOrEqual(6);
    await world.applyTogether(...made.map((one) => one.delete));
    expect(await reloadsOf(world)).toBe(reloads);
  } finally {
    await world.close();
  }
});

/** Numbers that look random and are the same for one seed (mulberry32). */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

test('a hundred edits behind our back are repaired, and then nothing is left to do', async () => {
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
  tell(`edits with SEED=${seed}`);
  const random = randomFrom(seed);
  const world = await haproxyWorld();
  const backends = await Promise.all(['a', 'b', 'c'].map((name) => webBackend(name)));
  try {
    const [port = 0, tls = 0] = await freePorts(2);
    const names = ['a', 'b', 'c'];
    const routes = names.map((name, n) => ({
      route: routeActions({ listener: port, hostname: `${name}.example.net` }),
      targets: n === 2 ? [backends[2]?.target ?? '', '127.0.0.1:31999'].slice(0, 1) : [backends[n]?.target ?? ''],
    }));
    const wanted: WantedProxy = {
      listeners: [listenerActions(port), listenerActions(tls, { tls: true })],
      routes: [
        ...routes,
        { route: routeActions({ listener: tls, hostname: 'm.example.net', tls: true }), targets: ['127.0.0.1:31443'] },
      ],
    };
    await convergeProxy(world, wanted);
    const { settings } = world;
    const map = `routes-${port}.map`;
    const pick = <T>(list: readonly T[]): T => list[random(list.length)] as T;
    const backend = () => pick(['b0001', 'b0002', 'b0003', 'b0004', 'b0007']);
    const rewrite = async (file: string, edit: (text: string) => string) =>
      writeFile(file, edit(await readFile(file, 'utf8')));
    const lose = (text: string) =>
      text
        .split('\n')
        .filter((_, n, all) => n !== random(all.length))
        .join('\n');
    const edits: Record<string, () => Promise<unknown>> = {
      'map entry gone': () => world.ask(`del map ${map} ${pick(names)}.example.net/`),
      'map entry astray': () => world.ask(`set map ${map} ${pick(names)}.example.net/ b0007`),
      'map entry twice': () => world.ask(`add map ${map} ${pick(names)}.example.net/ b0007`),
      'map entry of nobody': () => world.ask(`add map ${map} evil.example.net/ ${backend()}`),
      'map emptied': () => world.ask(`clear map ${map}`),
      'server moved': () => world.ask(`set server ${backend()}/s1 addr 127.0.0.1 port ${2000 + random(1000)}`),
      'server off': () => world.ask(`set server ${backend()}/s1 state maint`),
      'server drained': () => world.ask(`set server ${backend()}/s1 state drain`),
      'server down': () => world.ask(`set server ${backend()}/s1 health down`),
      'server weightless': () => world.ask(`set weight ${backend()}/s1 0`),
      'second server on': () =>
        world.ask(`set server ${backend()}/s2 addr 127.0.0.1 port 2;set server ${backend()}/s2 state ready`),
      'server added': () => world.ask(`add server ${backend()}/s9 127.0.0.1:2;enable server ${backend()}/s9`),
      'frontend off': () => world.ask(`disable frontend l${pick([port, tls])}`),
      'frontend ended': () => world.ask(`shutdown frontend l${pick([port, tls])}`),
      'config line gone': () => rewrite(settings.configFile, lose),
      'config line more': () => rewrite(settings.configFile, (text) => text.replace('retries 120', 'retries 3')),
      'config loaded': async () => {
        await rewrite(settings.configFile, (text) => text.replace(`:${port} name`, `:${tls + 1} name`));
        process.kill(pidOf, 'SIGUSR2');
        await pause(200);
      },
      'config gone': () => rm(settings.configFile, { force: true }),
      'map file edited': () => rewrite(`${settings.dir}/${map}`, lose),
      'map file gone': () => rm(`${settings.dir}/${map}`, { force: true }),
      'record gone': () => rm(settings.manifestFile, { force: true }),
      'record damaged': () => rewrite(settings.manifestFile, lose),
      'pid file gone': () => rm(settings.pidFile, { force: true }),
      'stats socket gone': () => rm(settings.statsSocket, { force: true }),
      'master socket gone': () => rm(settings.masterSocket, { force: true }),
      killed: async () => process.kill(pidOf, 'SIGKILL'),
    };
    let pidOf = Number(await readFile(settings.pidFile, 'utf8'));
    const done: string[] = [];
    for (let n = 0; n < 100; n++) {
      const name = n < Object.keys(edits).length ? (Object.keys(edits)[n] as string) : pick(Object.keys(edits));
      done.push(name);
      await edits[name]?.().catch((error: unknown) => {
        throw new Error(`edit ${n} ${name}`, { cause: error });
      });
      await settled(world, name);
      // An edit that hit nothing (a file with one line less that was empty) leaves nothing to do.
      await convergeProxy(world, wanted).catch((error: unknown) => {
        throw new Error(`after ${done.slice(-3).join(', ')}`, { cause: error });
      });
      expect(await convergeProxy(world, wanted), `after ${done.slice(-3).join(', ')}`).toEqual([]);
      for (const [at, host] of names.entries()) {
        expect((await get({ port, host: `${host}.example.net` })).body, `after ${name}`).toBe(names[at]);
      }
      pidOf = Number(await readFile(settings.pidFile, 'utf8').catch(() => pidOf));
    }
    if (!existsSync(settings.masterSocket)) {
      // Only a load needs it, and none came since it was taken away; it is what counts loads here.
      process.kill(pidOf, 'SIGKILL');
      await settled(world, 'killed');
      await convergeProxy(world, wanted);
    }
    const reloads = await reloadsOf(world);
    world.host.forget();
    for (let n = 0; n < 100; n++) expect(await convergeProxy(world, wanted)).toEqual([]);
    expect(world.host.writes()).toEqual([]);
    expect(await reloadsOf(world)).toBe(reloads);
  } finally {
    await world.close();
    await Promise.all(backends.map((backend) => backend.kill()));
  }
});

/** A death takes a moment to be seen by anybody; a look meanwhile may say "unreachable", which is right. */
async function settled(world: HaproxyWorld, edit: string): Promise<void> {
  if (edit !== 'killed') return;
  for (let tries = 0; tries < 100 && (await world.pids()).length > 0; tries++) await pause(20);
}
