import type { ReadHost, Running } from '@reconcile/host';
import { expect, test } from 'vitest';
import { type Beside, Companions } from './companions.ts';

// What is lost while a container goes on, told from processes alone.

const web: Beside = { id: 'web', pid: 100, networks: [] };
const api: Beside = { id: 'api', pid: 200, networks: ['mcr'] };
const db: Beside = { id: 'db', pid: 300, networks: ['mcr'] };

interface World {
  readonly parents: Map<number, number>;
  readonly programs: Running[];
  /** Dead, and still in /proc. */
  readonly unburied: Set<number>;
  listed: number;
}

function world(): { readonly it: World; readonly companions: Companions } {
  const it: World = {
    parents: new Map([
      [100, 101],
      [200, 201],
      [300, 301],
    ]),
    programs: [
      running(110, 'rootlessport', ['net-web']),
      running(111, 'rootlessport-ch', ['net-web']),
      running(120, 'slirp4netns', ['net-host', '/run/user/1000/netns/netns-web']),
      running(210, 'rootlessport', ['net-api']),
      running(900, 'aardvark-dns', ['net-rootless']),
    ],
    unburied: new Set(),
    listed: 0,
  };
  const netns: Readonly<Record<number, string>> = { 100: 'net-web', 200: 'net-api', 300: 'net-db' };
  const host = {
    proc: {
      parent: async (pid: number) => it.parents.get(pid) ?? it.programs.find((one) => one.pid === pid)?.pid,
      network: async (pid: number) => netns[pid],
      programs: async () => {
        it.listed++;
        return [...it.programs];
      },
    },
    files: {
      stat: async (path: string) => {
        const pid = Number(path.split('/')[2]);
        return it.unburied.has(pid) || it.programs.some((one) => one.pid === pid) ? {} : undefined;
      },
    },
    run: {
      run: async () => ({
        exitCode: 0,
        stdout: 'web /run/user/1000/netns/netns-web\napi /run/user/1000/netns/netns-api\n',
        stderr: '',
        durationMs: 1,
      }),
    },
  } as unknown as ReadHost;
  return { it, companions: new Companions(host) };
}

function running(pid: number, program: string, [netns, ...args]: readonly [string, ...string[]]): Running {
  return { pid, program, args: [program, ...args], netns };
}

function end(it: World, ...pids: readonly number[]): void {
  for (const pid of pids) {
    it.parents.delete(pid);
    it.programs.splice(0, it.programs.length, ...it.programs.filter((one) => one.pid !== pid));
  }
}

const all = [web, api, db];
const { signal } = new AbortController();

test.each<[string, (it: World) => void, readonly string[]]>([
  ['nothing happened', () => undefined, []],
  ['a monitor died: its process has another parent', (it) => it.parents.set(200, 1), ['api monitor']],
  ['a process ended: that is told elsewhere', (it) => end(it, 100, 110, 111, 120), []],
  ['both halves of a forwarder', (it) => end(it, 110, 111), ['web ports']],
  ['one half of a forwarder: alone it serves nothing', (it) => end(it, 111), ['web ports']],
  ['the only forwarder', (it) => end(it, 210), ['api ports']],
  [
    'a forwarder that somebody replaced',
    (it) => it.programs.splice(3, 1, running(211, 'rootlessport', ['net-api'])),
    [],
  ],
  ['the way out', (it) => end(it, 120), ['web network']],
  [
    'a way out that somebody replaced',
    (it) => it.programs.splice(2, 1, running(121, 'pasta', ['net-host', '/run/user/1000/netns/netns-web'])),
    [],
  ],
  ['names: one that needs them is enough', (it) => end(it, 900), ['api names']],
  ['names that somebody brought back', (it) => it.programs.splice(4, 1, running(901, 'aardvark-dns', ['net'])), []],
])('%s', async (_name, change, wanted) => {
  const { companions, it } = world();
  await companions.know(all);
  change(it);
  expect((await companions.lost(signal)).map(({ id, what }) => `${id} ${what}`)).toEqual(wanted);
});

test('names are not brought back before podman can know that they are gone', async () => {
  const { companions, it } = world();
  await companions.know(all);
  it.unburied.add(900);
  end(it, 900, 110, 111);
  expect((await companions.lost(signal)).map(({ what }) => what)).toEqual(['ports']);
  it.unburied.clear();
  expect((await companions.lost(signal)).map(({ what }) => what)).toEqual(['names']);
});

test('a loss is told once', async () => {
  const { companions, it } = world();
  await companions.know(all);
  end(it, 110, 111, 120);
  expect(await companions.lost(signal)).not.toEqual([]);
  expect(await companions.lost(signal)).toEqual([]);
});

test.each<[string, (it: World) => void, readonly Beside[]]>([
  ['names that ended with the last container that used them', (it) => end(it, 200, 210, 300, 900), [web]],
  [
    'a forwarder that was replaced',
    (it) => {
      end(it, 210);
      it.programs.push(running(211, 'rootlessport', ['net-api']));
    },
    all,
  ],
])('%s: looked into once, not for ever', async (_name, change, running) => {
  const { companions, it } = world();
  await companions.know(all);
  change(it);
  await companions.know(running);
  expect(await companions.lost(signal)).toEqual([]);
  const { listed } = it;
  expect(await companions.lost(signal)).toEqual([]);
  expect(it.listed).toBe(listed);
});

test('a quiet look lists no processes', async () => {
  const { companions, it } = world();
  await companions.know(all);
  await companions.know(all);
  await companions.lost(signal);
  expect(it.listed).toBe(1);
});

test('names that do not come back are told three times, not for ever', async () => {
  const { companions, it } = world();
  await companions.know(all);
  end(it, 900);
  const told: string[] = [];
  for (let turn = 0; turn < 6; turn++) {
    told.push(...(await companions.lost(signal)).map(({ id, what }) => `${id} ${what}`));
    await companions.know(all);
  }
  expect(told).toEqual(['api names', 'api names', 'api names']);
});

test('started anew it is known anew', async () => {
  const { companions, it } = world();
  await companions.know(all);
  end(it, 110, 111);
  expect(await companions.lost(signal)).toHaveLength(1);
  it.parents.set(102, 101);
  it.programs.push(running(112, 'rootlessport', ['net-web']));
  await companions.know([{ ...web, pid: 102 }, api, db]);
  expect(await companions.lost(signal)).toEqual([]);
});
