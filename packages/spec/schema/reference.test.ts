import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fleetTables, jsonSchema, serviceTables, type Table } from './index.ts';

const root = new URL('../../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

/** Section label → keys of its table. `## [[components]]`, `## Top level`. */
function sections(page: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  let keys: string[] | undefined;
  for (const line of page.split('\n')) {
    const heading = /^## (.*)$/.exec(line)?.[1];
    if (heading !== undefined) {
      const label = heading === 'Top level' ? '' : heading.replaceAll('\\', '');
      keys = heading === 'Top level' || heading.startsWith('[') ? [] : undefined;
      if (keys !== undefined) found.set(label, keys);
    }
    const key = /^\| `([a-z0-9_]+)` \|/.exec(line)?.[1];
    if (key !== undefined) keys?.push(key);
  }
  return found;
}

describe.each<[string, readonly Table[]]>([
  ['specs/service.toml.md', serviceTables],
  ['specs/fleet.toml.md', fleetTables],
])('%s', (path, tables) => {
  const page = sections(read(path));
  test('has a section for every table, and no other', () => {
    expect([...page.keys()].sort()).toEqual(tables.map((table) => table.label).sort());
  });
  test.each(tables)('$label: every key, once, and no other', ({ label, keys }) => {
    expect([...(page.get(label) ?? [])].sort()).toEqual([...new Set(keys)].sort());
  });
});

describe('JSON Schema', () => {
  test.each(['service', 'fleet'] as const)(
    'the copy of %s that examples name is current (UPDATE_GOLDENS=1 rewrites it)',
    (name) => {
      const url = new URL(`examples/schema/${name}.schema.json`, root);
      const schema = `${JSON.stringify(jsonSchema(name), null, 2)}\n`;
      if (process.env.UPDATE_GOLDENS === '1' && process.env.CI === undefined) writeFileSync(url, schema);
      expect(JSON.parse(readFileSync(url, 'utf8'))).toEqual(JSON.parse(schema));
    },
  );
});
