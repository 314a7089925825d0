import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { policyFlags } from '@reconcile/spec/compile';
import { expect, test } from 'vitest';
import { driverNames, driversShape, nodeTables, sourceShape } from './schema.ts';

const page = readFileSync(fileURLToPath(new URL('../../../specs/node.toml.md', import.meta.url)), 'utf8');

/** Header of each section → the keys its table lists. */
const sections = new Map(
  page
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [title = ''] = section.split('\n');
      const keys = [...section.matchAll(/^\| `([a-z_]+)` \|/gm)].map(([, key]) => key);
      return [title === 'top level' ? '' : title.replaceAll('`', ''), keys] as const;
    }),
);

test('every table and key of the schema is in the page, in order, and the reverse', () => {
  expect([...sections].map(([label, keys]) => ({ label, keys }))).toEqual(
    nodeTables.map(({ label, keys }) => ({ label, keys })),
  );
});

test('so is every word a key may have', () => {
  const { type } = sourceShape;
  const { containers, proxy } = driversShape;
  const words = [...type.options, ...containers.unwrap().options, ...proxy.unwrap().options, ...policyFlags];
  expect(words.filter((word) => !page.includes(`\`${word}\``))).toEqual([]);
  const named = /Names: ([^.]*)\./.exec(page.replaceAll('\n', ' '))?.[1]?.split(', ');
  expect(named).toEqual(driverNames);
});

test('every row says type, default and meaning', () => {
  const rows = page.match(/^\| `.*$/gm) ?? [];
  for (const row of rows) {
    const [, , type, fallback, meaning] = row.split(/(?<!\\)\|/).map((cell) => cell.trim());
    expect([row, type, fallback, meaning].every((cell) => cell !== undefined && cell !== '')).toBe(true);
  }
});
