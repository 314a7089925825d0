import type { Action, Desired } from '@reconcile/core';
import { carryOut, converge, desiredOf, emptySim, type FleetModel, planOn, type Sim } from '@reconcile/testkit/worlds';
import { describe, expect, it } from 'vitest';

// `update.snapshot`: image and data go back together, wherever the update is cut.

const image = (tag: string) => `reg.example.net/notes:${tag}`;
const fleet = (tag: string, more: { shared?: boolean; snapshot?: boolean } = {}): FleetModel => ({
  services: [
    {
      name: 'notes',
      stage: 0,
      components: [
        {
          name: 'db',
          image: image(tag),
          snapshot: more.snapshot ?? true,
          volumes: [
            { name: 'notes-data', readOnly: false },
            { name: 'config', readOnly: true },
          ],
        },
        ...(more.shared === true
          ? [{ name: 'web', image: image('web'), volumes: [{ name: 'notes-data', readOnly: false }] }]
          : []),
      ],
    },
  ],
});
const good = desiredOf(fleet('1'), 1);
const bad = desiredOf(fleet('bad'), 2);
const standing = (): Sim => converge(emptySim(), good).sim;

const isBad = (action: Action) =>
  action.verb === 'await' && (action.args as { specHash?: string }).specHash === hashOf(bad);

function hashOf(desired: Desired): string | undefined {
  return Object.values(desired.resources).find(({ kind, slot }) => kind === 'container' && slot === 'notes/db')
    ?.specHash;
}

describe('the plan of an update', () => {
  it('saves what only this component writes to, after the old one stopped and before the new one is made', () => {
    const made = planOn(standing(), bad);
    const saving = made.actions.find(({ verb }) => verb === 'snapshot');
    expect(saving).toMatchObject({ slot: 'notes/db', args: { sources: ['notes-data'] } });
    const at = (verb: string) =>
      made.actions.findIndex((action) => action.verb === verb && action.kind === 'container');
    expect(at('stop')).toBeLessThan(at('snapshot'));
    expect(at('snapshot')).toBeLessThan(at('create'));
    expect(made.actions[at('snapshot')]?.needs).toContain(made.actions[at('stop')]?.id);
    expect(made.changes.find(({ kind }) => kind === 'container')?.saves).toEqual(['notes-data']);
  });

  it.each<[string, Sim, Desired]>([
    ['the first start', emptySim(), good],
    ['not asked for', standing(), desiredOf(fleet('bad', { snapshot: false }), 2)],
    [
      'somebody else writes to it too',
      converge(emptySim(), desiredOf(fleet('1', { shared: true }), 1)).sim,
      desiredOf(fleet('bad', { shared: true }), 2),
    ],
  ])('saves nothing: %s', (...[, sim, desired]) => {
    expect(planOn(sim, desired).actions.map(({ verb }) => verb)).not.toContain('snapshot');
  });
});

/** What lies in the volume: whoever starts on it leaves its mark; the good version must never see another's. */
class Data {
  now = 'good';
  saved: string | undefined;

  carry(action: Action): void {
    if (action.slot !== 'notes/db') return;
    const { specHash } = action.args as { specHash?: string };
    switch (action.verb) {
      case 'snapshot':
        this.saved = this.now;
        return;
      case 'restore':
        expect(this.saved).toBeDefined();
        this.now = this.saved ?? '';
        return;
      case 'start':
        if (specHash === hashOf(bad)) this.now = 'spoilt';
        else expect(this.now).toBe('good');
        return;
      default:
        return;
    }
  }
}

describe('a version that is never ready', () => {
  it('goes, and its data with it, wherever the way there is cut; once more after somebody said retry', () => {
    const length = planOn(standing(), bad).actions.length;
    for (let cut = 0; cut <= length; cut++) {
      const data = new Data();
      const watch = (_sim: Sim, action: Action) => data.carry(action);
      const sim = standing();
      const part = carryOut(sim, bad, planOn(sim, bad), { bad: isBad, limit: cut, watch });
      const { sim: after, plan } = converge(part, bad, { bad: isBad, watch });
      expect(
        plan.held.map(({ code }) => code),
        `cut ${cut}`,
      ).toEqual(['KnownBad']);
      expect(data.now, `cut ${cut}`).toBe('good');
      expect(after.history.slots['notes/db']?.undo).toBeUndefined();
      const slot = { ...after.history.slots['notes/db'], knownBad: [] } as never;
      const again = { ...after, history: { ...after.history, slots: { ...after.history.slots, 'notes/db': slot } } };
      converge(again, bad, { bad: isBad, watch });
      expect(data.now, `cut ${cut}, retried`).toBe('good');
    }
  });

  it('is followed by a third one: that starts on the good data, and is saved for anew', () => {
    const data = new Data();
    const watch = (_sim: Sim, action: Action) => data.carry(action);
    const sim = standing();
    const failed = carryOut(sim, bad, planOn(sim, bad), { bad: isBad, watch });
    expect(data.now).toBe('spoilt');
    const third = desiredOf(fleet('3'), 3);
    const { plan } = converge(failed, third, { watch });
    expect(plan.actions).toEqual([]);
    expect(data).toMatchObject({ now: 'good', saved: 'good' });
  });
});
