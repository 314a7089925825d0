import { describe, expect, test } from 'vitest';
import { badName, exceedsLimits, isDefinition, shownName, sourceLimits } from './layout.ts';

test('definitions', () => {
  expect(
    ['fleet.toml', 'services/a.toml', 'services/a/b.toml', 'services/a.conf', 'x/fleet.toml', 'ca/a.toml'].map(
      isDefinition,
    ),
  ).toEqual([true, true, false, false, false, false]);
});

describe('names', () => {
  test.each([
    'services/a.toml',
    'services/web/sites/ü.conf',
    'services/..a',
    'services/-x',
    'services/:x',
    'services/"x"',
  ])('%s', (path) => expect(badName(path)).toBeUndefined());
  test.each([
    '../x',
    'a/../b',
    'a//b',
    '/a',
    'a/',
    '.',
    'a/./b',
    'a\nb',
    'a\0b',
    'a\x7f',
    'a/.git/b',
    'a/.GIT',
    'a\ufffd',
    'x'.repeat(1_025),
    Array(18).fill('d').join('/'),
  ])('not %j', (path) => expect(badName(path)).toBeDefined());
  test('are shown on one line', () => expect(shownName('a\nb"c')).toBe('a\\nb\\"c'));
});

describe('limits', () => {
  const file = (path: string, size: number) => ({ path, size });
  const { fileBytes, tomlBytes, tomlFiles, files, totalBytes } = sourceLimits;
  const many = (count: number, path: (i: number) => string, size: number) =>
    Array.from({ length: count }, (_, i) => file(path(i), size));
  test.each([
    ['a full definition', [file('fleet.toml', tomlBytes)]],
    ['a full file', [file('services/a/x', fileBytes)]],
    ['full definitions', many(tomlFiles, (i) => `services/${i}.toml`, 1)],
    ['a full total', many(totalBytes / fileBytes, (i) => `services/a/${i}`, fileBytes)],
  ])('%s is accepted', (_, list) => expect(exceedsLimits(list)).toBeUndefined());
  test.each([
    ['a definition', [file('services/a.toml', tomlBytes + 1)]],
    ['a file', [file('services/a/x', fileBytes + 1)]],
    ['definitions', many(tomlFiles + 1, (i) => `services/${i}.toml`, 1)],
    ['files', many(files + 1, (i) => `services/a/${i}`, 0)],
    ['bytes', [...many(totalBytes / fileBytes, (i) => `services/a/${i}`, fileBytes), file('ca/x', 1)]],
  ])('too much: %s', (_, list) => expect(exceedsLimits(list)).toMatchObject({ problem: 'TooLarge' }));
});
