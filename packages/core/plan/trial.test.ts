import { expect, test } from 'vitest';
import type { PlanInput } from '../model/contract.ts';
import { emptyHistory } from '../model/history.ts';
import { defaultBlast } from '../model/policy.ts';
import type { Trial } from '../model/resource.ts';
import { revertedHoldId } from './index.ts';
import { plan } from './plan.ts';

const commit = 'b'.repeat(40);
const trial = { commit, previous: 'a'.repeat(40), windowMs: 60_000, services: ['web'], slots: ['web/main'] };

function planned(more: Pick<Trial, 'state' | 'until'> | undefined, releasedHolds: readonly string[] = []) {
  const observed = { node: 'rift', at: 1000, bootId: 'b', resources: {}, blind: {}, busy: [] };
  const desired = {
    fleet: 'home',
    node: 'rift',
    generation: 1,
    commit,
    stages: [],
    services: {},
    resources: {},
    refusals: [],
    absences: [],
    allows: [],
    policy: { mounts: [], images: ['*'], flags: [], blast: defaultBlast },
    ...(more === undefined ? {} : { trial: { ...trial, ...more } }),
  };
  const history = { ...emptyHistory, releasedHolds };
  return plan({ desired, observed, kinds: [], history, now: 1000, served: [] } as unknown as PlanInput);
}

test('while a commit is tried a hold says so, names what it is about, and the plan wakes at its end', () => {
  const made = planned({ state: 'open', until: 5000 });
  expect(made.held).toMatchObject([
    { code: 'Unconfirmed', services: ['web'], slots: ['web/main'], confirmable: false },
  ]);
  expect(made.held[0]?.message).toBe('bbbbbbb is tried and goes back to aaaaaaa by itself unless: reconcile confirm');
  expect(made.wakeAt).toBe(5000);
});

test('a commit that nobody confirmed is held by an id that hangs on it alone, and may be released', () => {
  const made = planned({ state: 'over' });
  expect(made.held).toMatchObject([{ id: revertedHoldId(commit), code: 'Reverted', confirmable: true }]);
  expect(made.wakeAt).toBeUndefined();
  expect(planned({ state: 'over' }, [revertedHoldId(commit)]).held).toEqual([]);
});

test('without a trial there is nothing of it', () => {
  expect(planned(undefined).held).toEqual([]);
});
