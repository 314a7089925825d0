import { converge, desiredOf, emptySim, type FleetModel, planOn } from '@reconcile/testkit/worlds';
import { describe, expect, it } from 'vitest';
import { desiredAround } from './around.ts';

const fleet = (image: string): FleetModel => ({
  services: [{ name: 'web', stage: 0, components: [{ name: 'main', image }] }],
});

describe('desiredAround', () => {
  it('lets observers see what a rolled-back slot needs, which no definition names any more', () => {
    const good = converge(emptySim(), desiredOf(fleet('reg.example.net/app:1'))).sim;
    const wanted = desiredOf(fleet('reg.example.net/app:2'), 2);
    const { sim } = converge(good, wanted, { bad: (action) => wanted.resources[action.key] !== undefined });
    expect(planOn(sim, wanted).rolledBack.map((item) => item.slot)).toEqual(['web/main']);
    expect(Object.keys(desiredAround(wanted, sim.history).resources)).toContain('image/reg.example.net/app:1');
    expect(desiredAround(wanted, good.history)).toBe(wanted);
  });
});
