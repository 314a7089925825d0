import type { Desired, Plan, ResourceKey } from '@reconcile/core';
import type { ContainerState } from '@reconcile/core/kinds/container';
import {
  carryOut,
  converge,
  desiredOf,
  emptySim,
  type FleetModel,
  planOn,
  type Sim,
  type SimRules,
} from '@reconcile/testkit/worlds';
import { describe, expect, it } from 'vitest';

// Found by the property tests (seeds 343859048 and 1054476075): two bad versions trade one port, and the change is interrupted anywhere.

const good = 'reg.example.net/app:1';
const bad = 'reg.example.net/app:bad';
const job = { name: 'job', when: 'before-start', image: good } as const;
const allows = ['svc0', 'svc1', 'svc2', 'svc3', 'svc4'];

const worlds: Readonly<Record<string, { from: FleetModel; to: FleetModel }>> = {
  'within one service': {
    from: {
      services: [
        {
          name: 'svc2',
          stage: 0,
          components: [
            { name: 'c0', image: good, ports: [5003] },
            { name: 'c1', image: good },
          ],
        },
      ],
      stages: 3,
      allows,
    },
    to: {
      services: [
        {
          name: 'svc2',
          stage: 0,
          components: [
            { name: 'c0', image: bad },
            { name: 'c1', image: bad, ports: [5003], volumes: [{ name: 'v1', readOnly: false }] },
          ],
          jobs: [job],
        },
      ],
      stages: 3,
      allows,
    },
  },
  'between two services': {
    from: {
      services: [
        { name: 'svc0', stage: 0, components: [{ name: 'c0', image: good }] },
        {
          name: 'svc2',
          stage: 0,
          components: [
            { name: 'c0', image: good },
            { name: 'c1', image: good, ports: [5002] },
          ],
        },
      ],
      stages: 3,
      allows,
    },
    to: {
      services: [
        {
          name: 'svc0',
          stage: 0,
          components: [
            {
              name: 'c0',
              image: bad,
              ports: [5002],
              files: [{ target: '/etc/app.ini', hash: 'f1', onChange: 'restart' }],
            },
          ],
          jobs: [job],
        },
        {
          name: 'svc2',
          stage: 0,
          components: [
            { name: 'c0', image: good },
            { name: 'c1', image: bad },
          ],
        },
      ],
      stages: 3,
      allows,
    },
  },
};

function rulesFor(desired: Desired): SimRules {
  const broken = new Set<ResourceKey>();
  for (const r of Object.values(desired.resources)) {
    if (r.kind === 'container' && (r.spec as { image?: string }).image === bad) broken.add(r.key);
  }
  return { bad: (action) => broken.has(action.key) };
}

/** Slots with a container that runs and is well. */
function wellIn({ observed }: Sim): string[] {
  return Object.values(observed.resources)
    .filter((r) => r.kind === 'container' && r.health === 'healthy')
    .filter((r) => (r.state as unknown as ContainerState).phase === 'running')
    .map((r) => r.slot)
    .sort();
}

describe.each(Object.entries(worlds))('a port traded between two bad versions %s', (_name, { from, to }) => {
  const before = converge(emptySim(), desiredOf(from), {}).sim;
  const wanted = desiredOf(to, 2);
  const rules = rulesFor(wanted);
  const first: Plan = planOn(before, wanted);
  const whole = converge(before, wanted, rules);

  it('ends with every slot served by its good version', () => {
    expect(wellIn(whole.sim)).toEqual(wellIn(before));
  });

  it.each(first.actions.map((action, i) => [i, action.id] as const))('cut before action %i, %s: the same', (limit) => {
    const cut = carryOut(before, wanted, first, { ...rules, limit });
    const end = converge(cut, wanted, rules);
    expect(end.plan.actions).toEqual([]);
    expect(wellIn(end.sim)).toEqual(wellIn(before));
  });

  for (const when of ['before', 'after'] as const) {
    it.each(first.actions.map((action, i) => [i, action.id] as const))(
      `failed ${when} the effect of action %i, %s: the same`,
      (_i, id) => {
        let failed = false;
        const fails: SimRules['fails'] = (action) => {
          if (failed || action.id !== id) return undefined;
          failed = true;
          return when;
        };
        const end = converge(before, wanted, { ...rules, fails, turns: 100 });
        expect(end.plan.actions).toEqual([]);
        expect(wellIn(end.sim)).toEqual(wellIn(before));
      },
    );
  }
});
