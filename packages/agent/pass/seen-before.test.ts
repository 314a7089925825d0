import { expect, test } from 'vitest';
import { holdsGood, type SeenBefore } from './seen-before.ts';

const observed = { node: 'rift', at: 0, bootId: 'boot-1', resources: {}, blind: {}, busy: [] };
const seen: SeenBefore = { commit: 'c1', look: { observed, notes: {} }, begunAt: 10_000 };

test.each([
  ['nobody ever wrote', 0, 10_100, true],
  ['the last writer was gone before', 9_999, 10_100, true],
  ['the last writer went in the moment it began', 10_000, 10_100, false],
  ['a writer came and went meanwhile', 10_050, 10_100, false],
  ['the last writer ended without a word', undefined, 10_100, false],
  ['too long ago', 9_000, 12_000, false],
  ['before the machine was started anew', 9_000_000, 10_100, false],
])('%s', (_, freeSince, now, good) => {
  expect(holdsGood({ freeSince }, seen, now)).toBe(good);
});

test('nothing was seen', () => {
  expect(holdsGood({ freeSince: 0 }, undefined, 10_100)).toBe(false);
});
