import { mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ReadHost } from '../contract.ts';
import { createReadHost } from '../reading/index.ts';
import { KnownTexts } from './texts.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(`${tmpdir()}/texts-`);
});
afterAll(() => rm(dir, { recursive: true, force: true }));

function counting() {
  const base = createReadHost();
  const read: string[] = [];
  const files = {
    ...base.files,
    text: (path: string) => {
      read.push(path);
      return base.files.text(path);
    },
  };
  return { host: { ...base, files } satisfies ReadHost, read };
}

/** As if it had been written that long ago. */
async function put(path: string, text: string, agoMs: number): Promise<void> {
  await writeFile(path, text);
  const then = new Date(Date.now() - agoMs);
  await utimes(path, then, then);
}

test('read once while it stays; anew when it changed, was replaced, came or went', async () => {
  const { host, read } = counting();
  const texts = new KnownTexts();
  const path = `${dir}/a`;
  expect(await texts.text(host, path)).toBeUndefined();
  await put(path, 'one', 60_000);
  expect([await texts.text(host, path), await texts.text(host, path)]).toEqual(['one', 'one']);
  expect(read).toHaveLength(2);
  await put(path, 'two', 50_000);
  expect(await texts.text(host, path)).toBe('two');
  await rm(path);
  expect(await texts.text(host, path)).toBeUndefined();
  await put(path, 'one', 60_000);
  expect(await texts.text(host, path)).toBe('one');
});

test('what was written just now, and what is a link, is read each time', async () => {
  const { host, read } = counting();
  const texts = new KnownTexts();
  // In a minute still: no machine is so slow that it would be old by then.
  await put(`${dir}/young`, 'young', -60_000);
  await put(`${dir}/old`, 'old', 60_000);
  await symlink(`${dir}/old`, `${dir}/link`);
  for (const name of ['young', 'link']) {
    for (let time = 0; time < 2; time++) await texts.text(host, `${dir}/${name}`);
    expect(read.splice(0), name).toHaveLength(2);
  }
});
