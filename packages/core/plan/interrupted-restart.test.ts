import type { Desired } from '@reconcile/core';
import type { ContainerState } from '@reconcile/core/kinds/container';
import { carryOut, converge, desiredOf, emptySim, planOn, type Sim } from '@reconcile/testkit/worlds';
import { expect, test } from 'vitest';

// Stopped in order to be started again, and then we were stopped: it is owed its start, whatever the restart policy says of what
// ended by itself.

const policies = ['no', 'on-failure', 'unless-stopped'] as const;

function wanted(hash: string, restart: (typeof policies)[number], generation: number): Desired {
  const files = [{ target: '/etc/web.ini', hash, onChange: 'restart' as const }];
  const part = { name: 'main', image: 'reg.example.net/app:1', files, restart };
  return desiredOf({ services: [{ name: 'web', stage: 0, components: [part] }] }, generation);
}

const phases = ({ observed }: Sim) =>
  Object.values(observed.resources)
    .filter(({ kind }) => kind === 'container')
    .map(({ state }) => (state as unknown as ContainerState).phase);

/** Converged, then cut right after it was stopped for its changed file. */
function stoppedForRestart(restart: (typeof policies)[number]): { sim: Sim; desired: Desired } {
  const { sim } = converge(emptySim(), wanted('one', restart, 1));
  const desired = wanted('two', restart, 2);
  const made = planOn(sim, desired);
  const limit = made.actions.findIndex(({ verb }) => verb === 'stop') + 1;
  return { sim: carryOut(sim, desired, made, { limit }), desired };
}

test.each(policies)('a changed file, restart = %s: it is started', (restart) => {
  const { sim, desired } = stoppedForRestart(restart);
  expect(phases(sim)).toEqual(['exited']);
  const end = converge(sim, desired);
  expect(phases(end.sim)).toEqual(['running']);
  expect(end.plan.actions).toEqual([]);
});

test.each(policies)('a restart that was asked for, restart = %s: it is started', (restart) => {
  const desired = wanted('one', restart, 1);
  const { sim } = converge(emptySim(), desired);
  const at = sim.observed.at + 1000;
  const request = { id: 'r1', verb: 'restart', target: 'web', at } as Sim['history']['requests'][number];
  const asked = { ...sim, history: { ...sim.history, requests: [request] }, observed: { ...sim.observed, at } };
  const made = planOn(asked, desired);
  const limit = made.actions.findIndex(({ verb }) => verb === 'stop') + 1;
  expect(limit).toBeGreaterThan(0);
  const cut = carryOut(asked, desired, made, { limit });
  expect(planOn(cut, desired).actions.map(({ verb }) => verb)).toContain('start');
});

test('what ended by itself, restart = no: it stays as it is', () => {
  const desired = wanted('one', 'no', 1);
  const { sim } = converge(emptySim(), desired);
  const ended = Object.fromEntries(
    Object.entries(sim.observed.resources).map(([key, one]) => [
      key,
      one.kind === 'container' ? { ...one, state: { ...(one.state as object), phase: 'exited', exitCode: 0 } } : one,
    ]),
  );
  const made = planOn({ ...sim, observed: { ...sim.observed, resources: ended as never } }, desired);
  expect(made.actions).toEqual([]);
});
