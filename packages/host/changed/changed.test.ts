import type { Json } from '@reconcile/core';
import { expect, test } from 'vitest';
import type { FileStat, ReadFiles } from '../contract.ts';
import { lookAtChanged } from './changed.ts';

const base: FileStat = {
  kind: 'file',
  size: 1,
  mode: 0o600,
  uid: 1,
  gid: 1,
  mtimeMs: 1,
  mtimeNs: '1',
  birthNs: '1',
  inode: '1',
  device: '1',
};

test('only what changed is looked into again; all of it, when what it depends on changed', async () => {
  const stats = new Map<string, FileStat>([
    ['/a', base],
    ['/b', base],
  ]);
  const files = {
    stats: async (paths: readonly string[]) => paths.map((path) => stats.get(path)),
  } as unknown as ReadFiles;
  let note: Json | undefined;
  const looked: string[] = [];
  const look = async (given = 'x') => {
    looked.length = 0;
    const result = await lookAtChanged(files, note, {
      paths: ['/a', '/b', '/gone'],
      given,
      look: async (path) => {
        looked.push(path);
        return `seen ${path}`;
      },
    });
    note = JSON.parse(JSON.stringify(result.note)) as Json;
    expect([...result.found]).toEqual([...stats.keys()].map((path) => [path, `seen ${path}`]));
    // In the order of the paths, whichever were looked into: else the note would be written anew.
    expect(Object.keys((note as { files: object }).files)).toEqual([...stats.keys()].sort());
    return [...looked];
  };
  expect(await look()).toEqual(['/a', '/b']);
  expect(await look()).toEqual([]);
  for (const change of [{ mtimeNs: '2' }, { inode: '3' }, { size: 4 }, { mode: 0o644 }]) {
    stats.set('/b', { ...(stats.get('/b') ?? base), ...change });
    expect(await look()).toEqual(['/b']);
  }
  stats.set('/a', { ...base, size: 9 });
  expect(await look()).toEqual(['/a']);
  expect(await look('y')).toEqual(['/a', '/b']);
  stats.delete('/b');
  expect(await look('y')).toEqual([]);
  note = 'garbage';
  expect(await look('y')).toEqual(['/a']);
});
