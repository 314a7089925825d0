import { expect, test } from 'vitest';
import { nodeJsonSchema } from './json-schema.ts';
import { nodeTables } from './schema.ts';

interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: unknown;
  readonly required?: readonly string[];
}

test('the schema knows every key of every table, and allows no other', () => {
  const top = nodeJsonSchema() as Schema;
  const missing = nodeTables.flatMap(({ keys, label }) => {
    const path = label.replace(/[[\]]/g, '').split('.').filter(Boolean);
    // Tables under names of the user's own, or owned by a driver.
    if (path[0] === 'listeners' || path.length > 2 || (path[0] === 'drivers' && path.length > 1)) return [];
    const table = path.reduce<Schema | undefined>((at, key) => {
      const found = at?.properties?.[key];
      return found?.items ?? found;
    }, top);
    return keys.filter((key) => table?.properties?.[key] === undefined).map((key) => `${label} ${key}`);
  });
  expect(missing).toEqual([]);
  expect(top.additionalProperties).toBe(false);
  expect(top.required).toEqual(['node', 'source']);
  // `unknown` would let anything pass.
  for (const key of ['addresses', 'source', 'drivers', 'listeners', 'policy', 'api', 'auth', 'secrets'])
    expect(top.properties?.[key]?.type, key).toBe('object');
});
