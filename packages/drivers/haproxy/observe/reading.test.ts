import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const here = dirname(fileURLToPath(import.meta.url));

/** Modules that a module brings along, itself included; types bring nothing. */
function reached(path: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(path)) return seen;
  seen.add(path);
  const source = readFileSync(path, 'utf8').replace(/^(import|export) type [^;]*;$/gm, '');
  for (const [, from = ''] of source.matchAll(/ from '([^']*)'/g)) {
    if (from.startsWith('.')) reached(join(dirname(path), from), seen);
    else seen.add(from);
  }
  return seen;
}

test('looking brings along no code that writes, and no schema library', () => {
  const names = [...reached(join(here, 'index.ts'))].map((path) => path.replace(join(here, '..'), ''));
  expect(names.filter((name) => name.startsWith('/apply/'))).toEqual([]);
  expect(names.filter((name) => !name.startsWith('/')).sort()).toEqual([
    '@reconcile/core',
    '@reconcile/core/kinds/certificate',
    '@reconcile/core/kinds/listener',
    '@reconcile/core/kinds/route',
    '@reconcile/host/changed',
    'node:crypto',
    'node:net',
  ]);
});
