import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { syncParent } from './durable.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(`${tmpdir()}/durable-`);
});
afterAll(() => rm(dir, { recursive: true, force: true }));

test('who comes before a sync begins shares it, who comes while it runs shares the next, and it is over afterwards', async () => {
  const [a, b] = [syncParent(`${dir}/a`), syncParent(`${dir}/b`)];
  expect(b).toBe(a);
  // It has begun by now and is not done.
  await Promise.resolve();
  const [c, d] = [syncParent(`${dir}/c`), syncParent(`${dir}/d`)];
  expect(c).not.toBe(a);
  expect(d).toBe(c);
  const order: string[] = [];
  await Promise.all([a.then(() => order.push('first')), c.then(() => order.push('next'))]);
  expect(order).toEqual(['first', 'next']);
  const later = syncParent(`${dir}/e`);
  expect([a, c]).not.toContain(later);
  await later;
});

test('one that fails is told to those that shared it, and keeps nobody else from his own', async () => {
  const [a, b] = [syncParent(`${dir}/gone/a`), syncParent(`${dir}/gone/b`)];
  await expect(a).rejects.toThrow(/ENOENT/);
  await expect(b).rejects.toThrow(/ENOENT/);
  await expect(syncParent(`${dir}/gone/c`)).rejects.toThrow(/ENOENT/);
  await syncParent(`${dir}/a`);
});
