import fc from 'fast-check';
import { expect, test } from 'vitest';
import { circles } from './cross/order.ts';
import { pathText } from './path.ts';
import { edits, nearest } from './suggest.ts';

test.each([
  ['', '', 0],
  ['abc', 'abc', 0],
  ['nod', 'node', 1],
  ['prot', 'port', 1],
  ['memroy', 'memory', 1],
  ['abc', '', 3],
  ['kitten', 'sitting', 3],
])('%s to %s is %i edits', (a, b, count) => expect(edits(a, b)).toBe(count));

test('distance is a distance', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 });
  fc.assert(
    fc.property(word, word, (a, b) => {
      expect(edits(a, b)).toBe(edits(b, a));
      expect(edits(a, b) === 0).toBe(a === b);
      expect(edits(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
    }),
  );
});

test('a far word is no suggestion, another tool’s word is', () => {
  expect(nearest('zzzz', ['node', 'name'])).toBeUndefined();
  expect(nearest('command', ['cmd', 'env'])).toBe('cmd');
  expect(nearest('command', ['env'])).toBeUndefined();
  expect(nearest('constructor', ['env'])).toBeUndefined();
});

test('paths read by name', () => {
  const root = {
    components: [{ name: 'api', routes: [{ port: 1 }], volumes: ['a', 'b'] }],
    boot: { sequence: [{ stage: 'one' }, {}] },
    nodes: { 'a.b': 1 },
  };
  expect(pathText(root, ['components', 0, 'routes', 0, 'port'])).toBe('components.api.routes.port');
  expect(pathText(root, ['components', 0, 'volumes', 1])).toBe('components.api.volumes[1]');
  expect(pathText(root, ['boot', 'sequence', 0, 'timeout'])).toBe('boot.sequence.one.timeout');
  expect(pathText(root, ['boot', 'sequence', 1])).toBe('boot.sequence[1]');
  expect(pathText(root, ['nodes', 'a.b'])).toBe('nodes."a.b"');
  expect(pathText(root, ['no', 7, 'such'])).toBe('no[7].such');
});

test('circles', () => {
  const edges = (text: Record<string, string[]>) => new Map(Object.entries(text));
  expect(circles(edges({ a: ['b'], b: ['c'], c: [] }))).toEqual([]);
  expect(circles(edges({ c: ['a'], a: ['b'], b: ['c'] }))).toEqual([['a', 'b', 'c']]);
  expect(circles(edges({ a: ['a'] }))).toEqual([['a']]);
  expect(circles(edges({ a: ['b'], b: ['b'] }))).toEqual([['b']]);
  expect(circles(edges({ a: ['b'], b: ['a'], c: ['d'], d: ['c'] }))).toHaveLength(2);
  const chain = new Map(Array.from({ length: 20_000 }, (_, i) => [`n${i}`, [`n${i + 1}`]]));
  expect(circles(chain)).toEqual([]);
});
