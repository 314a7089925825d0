import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const here = dirname(fileURLToPath(import.meta.url));

/** Files of this folder that a module brings along, itself included; types bring nothing. */
function reached(path: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(path)) return seen;
  seen.add(path);
  const source = readFileSync(path, 'utf8').replace(/^(import|export) type [^;]*;$/gm, '');
  for (const [, from = ''] of source.matchAll(/ from '(\.[^']*)'/g)) reached(join(dirname(path), from), seen);
  return seen;
}

test('looking brings along no code that writes', () => {
  for (const entry of ['podman', 'files', 'ledger']) {
    const files = [...reached(join(here, '..', '..', entry, 'observe', 'index.ts'))].map((path) =>
      path.slice(join(here, '..', '..').length),
    );
    expect(files.length).toBeGreaterThan(1);
    expect(
      files.filter((path) =>
        /\/apply\/|apply\.ts|driver\.ts|-client\.ts|clients\.ts|service\.ts|argv\.ts|rest-spec\.ts/.test(path),
      ),
    ).toEqual([]);
  }
});
