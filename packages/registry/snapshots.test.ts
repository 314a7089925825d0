import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { SourceSnapshot } from '@reconcile/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packFiles, unpackFiles } from './archive.ts';
import { openRegistry } from './open.ts';
import { loadSnapshot, saveSnapshot } from './snapshots.ts';
import {
  armWindow,
  enterGeneration,
  lastGoodSnapshot,
  listSnapshots,
  markApplied,
  markSnapshotGood,
  putCompiled,
  readCompiled,
  readSnapshot,
} from './tables/index.ts';
import { temporaryDir } from './temporary.fixture.ts';

function snapshotOf(commit: string, files: Record<string, Uint8Array | string>): SourceSnapshot {
  const entries = Object.entries(files).map(([path, content]) => [path, Buffer.from(content)] as const);
  return {
    source: 'git',
    commit,
    message: `change ${commit}`,
    author: 'ops <ops@example.net>',
    at: 1,
    files: new Map(entries),
    allows: ['web'],
    warnings: [{ code: 'Uncommitted', path: 'a', message: 'b' }],
  };
}

const open = () => openRegistry(join(temporaryDir(), 'registry.db'), { mode: 'write' });

test('files survive packing, whatever is in them', async () => {
  const files = fc.dictionary(fc.string({ minLength: 1 }), fc.uint8Array({ maxLength: 300 }), {
    noNullPrototype: true,
  });
  await fc.assert(
    fc.asyncProperty(files, async (given) => {
      const map = new Map(Object.entries(given).map(([path, bytes]) => [path, Buffer.from(bytes)]));
      const back = await unpackFiles(await packFiles(map));
      expect(new Map([...(back ?? [])].map(([path, bytes]) => [path, Buffer.from(bytes)]))).toEqual(
        new Map([...map].sort(([a], [b]) => (a < b ? -1 : 1))),
      );
    }),
  );
});

test('a damaged pack is undefined, never an exception', async () => {
  const packed = await packFiles(new Map([['a', Buffer.from('hello hello hello')]]));
  for (let i = 0; i < packed.length; i++) {
    const broken = Buffer.from(packed);
    broken[i] = (broken[i] ?? 0) ^ 0x41;
    await unpackFiles(broken);
    expect(await unpackFiles(packed.subarray(0, i))).toBeUndefined();
  }
});

test('a snapshot comes back as it was, in one piece or several', async () => {
  const registry = open();
  const large = randomBytes(2_500_000);
  const snapshot = snapshotOf('c1', { 'fleet.toml': 'name = "home"\n', 'services/web/data.bin': large, empty: '' });
  await saveSnapshot(registry, snapshot);
  expect(registry.read((rows) => readSnapshot(rows, 'c1'))).toMatchObject({ parts: 3, good: false });
  const back = await loadSnapshot(registry, 'c1');
  expect([...(back?.files.keys() ?? [])].sort()).toEqual(['empty', 'fleet.toml', 'services/web/data.bin']);
  expect(Buffer.compare(back?.files.get('services/web/data.bin') ?? Buffer.alloc(0), large)).toBe(0);
  expect({ ...back, files: 0 }).toEqual({ ...snapshot, files: 0 });
  expect(await loadSnapshot(registry, 'c2')).toBeUndefined();
  await registry.close();
});

test('the last twenty are kept, and the last good one however old it is', async () => {
  const registry = open();
  for (let i = 0; i < 25; i++) {
    await saveSnapshot(registry, snapshotOf(`c${i}`, { a: String(i) }));
    if (i === 1 || i === 2) await registry.write((rows) => markSnapshotGood(rows, `c${i}`));
  }
  const commits = registry.read(listSnapshots).map(({ commit }) => commit);
  expect(commits).toHaveLength(21);
  expect(commits.at(-1)).toBe('c2');
  expect(commits[0]).toBe('c24');
  expect(registry.read((rows) => rows.one('SELECT count(*) AS n FROM snapshot_part'))).toEqual({ n: 21 });
  await registry.close();
});

test('what was converged last is kept, and both sides of a change that is tried', async () => {
  const registry = open();
  const by = { issuer: 'unix', subject: '1000', kind: 'person', scopes: [] } as const;
  for (let i = 0; i < 30; i++) {
    await saveSnapshot(registry, snapshotOf(`c${i}`, { a: String(i) }));
    await registry.write((rows) => {
      const number = enterGeneration(rows, { commit: `c${i}`, at: i, by });
      if (i === 1) markApplied(rows, number, { at: i, services: {}, converged: true });
      const more = {
        id: 'w',
        head: 'c3',
        services: [],
        slots: [],
        windowMs: 1,
        bootId: 'b',
        deadlineMs: 1,
        armedAt: 1,
        by,
      };
      if (i === 3) armWindow(rows, { commit: 'c3', previous: 'c2', ...more });
    });
  }
  const commits = registry.read(listSnapshots).map(({ commit }) => commit);
  expect(commits.slice(-4)).toEqual(['c10', 'c3', 'c2', 'c1']);
  await registry.close();
});

test('going back to an earlier good commit makes that the last good one', async () => {
  const registry = open();
  for (const commit of ['a', 'b', 'a']) {
    await saveSnapshot(registry, snapshotOf(commit, { f: commit }));
    await registry.write((rows) => markSnapshotGood(rows, commit));
    expect(registry.read(lastGoodSnapshot)?.commit).toBe(commit);
  }
  expect(registry.read(listSnapshots)).toHaveLength(2);
  await registry.close();
});

test('what was compiled is found by commit, facts and schema; the newest four are kept', async () => {
  const registry = open();
  const key = (n: number) => ({ commit: 'c', facts: `f${n}`, schema: 1 });
  for (let i = 0; i < 6; i++) await registry.write((rows) => putCompiled(rows, key(i), { text: `{"n":${i}}`, at: i }));
  const found = [0, 1, 2, 3, 4, 5].map((i) => registry.read((rows) => readCompiled(rows, key(i))));
  expect(found).toEqual([undefined, undefined, '{"n":2}', '{"n":3}', '{"n":4}', '{"n":5}']);
  expect(registry.read((rows) => readCompiled(rows, { ...key(5), schema: 2 }))).toBeUndefined();
  await registry.close();
});
