import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

/** All files reached from one, by static and dynamic imports of our own files. */
function reach(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, target] of readFileSync(file, 'utf8').matchAll(/(?:from|import\()\s*'(\.[^']+)'/g))
    reach(join(dirname(file), target!), seen);
  return seen;
}

test('nothing that the reading half imports can write', () => {
  const files = [...reach(join(import.meta.dirname, 'index.ts'))];
  expect(files.length).toBeGreaterThan(15);
  const forbidden = files.filter((file) => /\/(writing|recording)\/|\/run\/(start|attach|talk)\.ts$/.test(file));
  expect(forbidden).toEqual([]);
  expect([...new Set(files.flatMap(fromFs))].sort()).toEqual([
    'BigIntStats',
    'FileHandle',
    'constants',
    'lstat',
    'lstatSync',
    'open',
    'opendir',
    'readFile',
    'readFileSync',
    'readdir',
    'readlink',
    'realpath',
    'statfs',
  ]);
  const opens = files.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/\bopen\(path, (.*)\)\)/g)].map((match) => match[1]),
  );
  expect(opens).toEqual(['constants.O_RDONLY | constants.O_NONBLOCK']);
});

/** What a file takes from node:fs and node:fs/promises. */
function fromFs(file: string): string[] {
  const imports = [
    ...readFileSync(file, 'utf8').matchAll(/import (?:type )?\{([^}]*)\} from 'node:fs(?:\/promises)?'/g),
  ];
  return imports.flatMap(([, names]) => names!.split(',').map((name) => name.replace('type ', '').trim()));
}
