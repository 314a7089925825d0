import { type Desired, emptyHistory, type History, type Plan } from '@reconcile/core';
import { expect, test } from 'vitest';
import { actionOn, awaitArgs, createArgs, resourceFor } from '../world.fixture.ts';
import { planLookups } from './lookups.ts';

const wanted = resourceFor('mcr/web', 'b'.repeat(64));
const stands = resourceFor('mcr/web', 'a'.repeat(64));
const desired = { resources: { [wanted.key]: wanted } } as unknown as Desired;
const slot = {
  readySinceBoot: true,
  knownBad: [],
  deaths: [],
  reverts: [],
  lastGood: { resource: stands, imageId: '', needs: [], at: 1 },
};
const history: History = { ...emptyHistory, slots: { 'mcr/web': slot } };
const actions = [
  actionOn(wanted, 'create', createArgs(wanted)),
  actionOn(wanted, 'await', awaitArgs(wanted, { replacement: true })),
  actionOn(stands, 'await', awaitArgs(stands)),
  actionOn(stands, 'delete', { name: 'x' }),
];
const lookups = planLookups({ plan: { actions } as unknown as Plan, desired, history });

test.each([
  ['a make belongs to the desired version', 0, wanted.key],
  ['so does its gate', 1, wanted.key],
  ['a gate of the version that stands in belongs to that', 2, stands.key],
  ['whatever has the key of its gate belongs with it', 3, stands.key],
])('%s', (_name, at, key) => {
  expect(actions[at] && lookups.resourceOf(actions[at])?.key).toBe(key);
});

test('the gate of a turn says whether it replaces something', () => {
  expect(actions[0] && lookups.gateOf(actions[0])?.replacement).toBe(true);
  expect(lookups.desired(wanted.key)).toBe(wanted);
});
