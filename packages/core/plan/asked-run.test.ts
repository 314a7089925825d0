import { desiredOf, emptySim, planOn } from '@reconcile/testkit/worlds';
import { expect, test } from 'vitest';

test('a run that was asked for holds no later stage up at boot; one that is tied to the start does', () => {
  const image = 'reg.example.net/app:1';
  const service = (name: string, stage: number) => ({ name, stage, components: [{ name: 'main', image }] });
  const dump = (when: 'manual' | 'before-start') => ({ ...service('db', 0), jobs: [{ name: 'dump', when, image }] });
  const request = { id: 'r1', verb: 'run', target: 'db/dump', at: 1, by: 'node:rift' } as const;
  const waitsForRun = (when: 'manual' | 'before-start'): boolean => {
    const sim = emptySim();
    const history = { ...sim.history, requests: when === 'manual' ? [request] : [] };
    const plan = planOn({ ...sim, history }, desiredOf({ services: [dump(when), service('web', 1)] }, 1));
    expect(plan.actions.some(({ verb }) => verb === 'run')).toBe(true);
    return plan.barriers.some(({ needs }) => needs.some((need) => need.endsWith('#run')));
  };
  expect(waitsForRun('manual')).toBe(false);
  expect(waitsForRun('before-start')).toBe(true);
});
