import type { Desired, ResourceKey } from '@reconcile/core';
import type { ContainerState } from '@reconcile/core/kinds/container';
import {
  type ComponentModel,
  carryOut,
  converge,
  desiredOf,
  emptySim,
  type FleetModel,
  planOn,
  type ServiceModel,
  type Sim,
  type SimRules,
} from '@reconcile/testkit/worlds';
import { describe, expect, it } from 'vitest';

// Found by the property tests (seeds 343859048, 1054476075, -728189036, 89731272, 1836755324): one port changes hands while versions
// are bad, and the change is cut anywhere.

const good = 'reg.example.net/app:1';
const bad = 'reg.example.net/app:bad';
const job = { name: 'job', when: 'before-start', image: good } as const;
const allows = ['svc0', 'svc1', 'svc2', 'svc3', 'svc4'];

interface Trade {
  readonly from: readonly ServiceModel[];
  readonly to: readonly ServiceModel[];
  /** Slots that are served in the end, whatever was cut or failed. */
  readonly served: readonly string[];
}

const one = (name: string, ...components: ComponentModel[]): ServiceModel => ({ name, stage: 0, components });
const part = (name: string, image: string, ...ports: number[]): ComponentModel => ({ name, image, ports });

const trades: Readonly<Record<string, Trade>> = {
  'two bad versions of one service trade a port': {
    from: [one('svc2', part('c0', good, 5003), part('c1', good))],
    to: [
      {
        ...one('svc2', part('c0', bad), { ...part('c1', bad, 5003), volumes: [{ name: 'v1', readOnly: false }] }),
        jobs: [job],
      },
    ],
    served: ['svc2/c0', 'svc2/c1'],
  },
  'two bad versions of two services trade a port': {
    from: [one('svc0', part('c0', good)), one('svc2', part('c0', good), part('c1', good, 5002))],
    to: [
      {
        ...one('svc0', {
          ...part('c0', bad, 5002),
          files: [{ target: '/etc/app.ini', hash: 'f1', onChange: 'restart' }],
        }),
        jobs: [job],
      },
      one('svc2', part('c0', good), part('c1', bad)),
    ],
    served: ['svc0/c0', 'svc2/c0', 'svc2/c1'],
  },
  'a newcomer that is never ready takes a port over from one whose next version is bad': {
    from: [one('svc3', part('c0', good, 5004))],
    to: [one('svc0', part('c0', bad, 5004)), one('svc3', part('c0', bad))],
    served: ['svc3/c0'],
  },
  'who lets a port go starts after one that is never ready': {
    from: [one('svc2', part('c0', good, 5002)), one('svc4', part('c1', good))],
    to: [
      one('svc1', part('c0', bad)),
      one('svc2', { ...part('c0', good), dependsOn: ['svc1/c0'] }),
      one('svc4', { ...part('c1', good, 5002), strategy: 'stop-first' }),
    ],
    served: ['svc2/c0', 'svc4/c1'],
  },
  'two bad versions and a good newcomer want ports in a ring': {
    from: [one('svc2', part('c0', good, 5002)), one('svc4', part('c0', good, 5003))],
    to: [one('svc2', part('c0', bad), part('c1', good, 5003)), one('svc4', part('c0', bad, 5002))],
    served: ['svc2/c0'],
  },
};

const fleet = (services: readonly ServiceModel[]): FleetModel => ({ services, stages: 3, allows });

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

describe.each(Object.entries(trades))('%s', (_name, { from, to, served }) => {
  const before = converge(emptySim(), desiredOf(fleet(from)), {}).sim;
  const wanted = desiredOf(fleet(to), 2);
  const rules = { ...rulesFor(wanted), turns: 12 };
  const first = planOn(before, wanted);
  const each = first.actions.map((action, i) => [i, action.id] as const);

  it('serves in the end', () => {
    expect(wellIn(converge(before, wanted, rules).sim)).toEqual(expect.arrayContaining([...served]));
  });

  it.each(each)('serves after a cut before action %i, %s', (limit) => {
    const cut = carryOut(before, wanted, first, { ...rules, limit });
    expect(wellIn(converge(cut, wanted, rules).sim)).toEqual(expect.arrayContaining([...served]));
  });

  describe.each(['before', 'after'] as const)('failing %s the effect', (when) => {
    it.each(each)('serves after action %i, %s', (_i, id) => {
      let failed = false;
      const fails: SimRules['fails'] = (action) => {
        if (failed || action.id !== id) return undefined;
        failed = true;
        return when;
      };
      expect(wellIn(converge(before, wanted, { ...rules, fails }).sim)).toEqual(expect.arrayContaining([...served]));
    });
  });
});
