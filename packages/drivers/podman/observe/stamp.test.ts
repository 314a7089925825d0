import { mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { createReadHost } from '@reconcile/host/reading';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Notes } from './listing.ts';
import { stampOf, stampOfDir } from './stamp.ts';

let dir = '';
const host = createReadHost();
beforeEach(async () => {
  dir = await mkdtemp(`${tmpdir()}/reconcile-stamp-`);
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const old = async (path: string) => utimes(path, 1000, 1000);

test('a file replaced by one of the same size and time has another stamp', async () => {
  await writeFile(`${dir}/a`, '1');
  await old(`${dir}/a`);
  const before = await stampOf(host, [`${dir}/a`]);
  expect(before).toBeDefined();
  expect(await stampOf(host, [`${dir}/a`])).toBe(before);
  await writeFile(`${dir}/b`, '2');
  await old(`${dir}/b`);
  await rename(`${dir}/b`, `${dir}/a`);
  expect(await stampOf(host, [`${dir}/a`])).not.toBe(before);
});

test('no stamp for what is not there, or changed just now', async () => {
  expect(await stampOf(host, [`${dir}/none`])).toBeUndefined();
  await writeFile(`${dir}/a`, '1');
  expect(await stampOf(host, [`${dir}/a`])).toBeUndefined();
  expect(await stampOfDir(host, `${dir}/none`)).toBeUndefined();
});

test('a listing is kept only under a stamp, and read again under another', async () => {
  let reads = 0;
  const load = async () => [++reads];
  const first = new Notes('podman', {});
  expect(await first.listing('images', 'x', load)).toEqual([1]);
  const second = new Notes('podman', first.changed);
  expect(await second.listing('images', 'x', load)).toEqual([1]);
  expect(second.changed).toEqual({});
  expect(await second.listing('images', 'y', load)).toEqual([2]);
  expect(await second.listing('images', undefined, load)).toEqual([3]);
  expect(Object.keys(second.changed)).toEqual(['podman/images']);
});
