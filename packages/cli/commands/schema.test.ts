import { readFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { EditBench } from '../edit/bench.fixture.ts';

const bench = new EditBench();
afterAll(() => bench.close());

test.each(['service', 'fleet'])('%s: what the examples name', async (file) => {
  const golden = new URL(`../../../examples/schema/${file}.schema.json`, import.meta.url);
  const { code, out } = await bench.run(['schema', file]);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toEqual(JSON.parse(readFileSync(golden, 'utf8')));
});

test('without a word: of a service', async () => {
  expect((await bench.run(['schema'])).out).toBe((await bench.run(['schema', 'service'])).out);
});

test('node.toml', async () => {
  expect(JSON.parse((await bench.run(['schema', 'node'])).out)).toMatchObject({ title: 'reconcile node.toml' });
});
