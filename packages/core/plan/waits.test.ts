import { carryOut, desiredOf, emptySim, type FleetModel, planOn } from '@reconcile/testkit/worlds';
import { describe, expect, it } from 'vitest';

const fleet = (image: string): FleetModel => ({
  services: [{ name: 'web', stage: 0, components: [{ name: 'main', image }] }],
});

describe('the pause between tries', () => {
  const broken = desiredOf(fleet('reg.example.net/app:bad'));
  const sim = carryOut(emptySim(), broken, planOn(emptySim(), broken), { bad: (action) => action.verb === 'await' });

  it('is for the version that failed', () => {
    const made = planOn(sim, broken);
    expect(made.actions).toEqual([]);
    expect(made.waiting.map(({ code, slot }) => [code, slot])).toEqual([['BackingOff', 'web/main']]);
  });

  it('is not for the definition that corrects it', () => {
    const made = planOn(sim, desiredOf(fleet('reg.example.net/app:2'), 2));
    expect(made.waiting).toEqual([]);
    expect(made.actions.map(({ kind, verb }) => `${kind} ${verb}`)).toContain('container create');
  });
});
