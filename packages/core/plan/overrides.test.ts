import { describe, expect, test } from 'vitest';
import type { PlanInput } from '../model/contract.ts';
import { emptyHistory, type Override } from '../model/history.ts';
import { defaultBlast } from '../model/policy.ts';
import type { Desired, Resource } from '../model/resource.ts';
import { plan } from './plan.ts';

const resource = (kind: string, name: string, services: readonly string[]): Resource =>
  ({
    key: `${kind}/${name}`,
    kind,
    slot: kind === 'container' ? `${name}/main` : `${kind}/${name}`,
    services,
    ...(kind === 'container' ? { stage: 0 } : {}),
    spec: {},
    specHash: '1',
    references: [],
    claims: [],
  }) as unknown as Resource;

const kind = (name: string, mutable: boolean) =>
  ({
    kind: name,
    version: 1,
    staged: !mutable,
    mutable,
    optional: mutable,
    retires: true,
    upgrade: (spec: unknown) => spec,
    references: () => [],
    claims: () => [],
    compare: (_desired: unknown, seen: unknown) => ({ verdict: seen === undefined ? 'make' : 'same' }),
    ready: () => true,
    steps: ({ type }: { type: string }) =>
      type === 'same'
        ? []
        : [
            {
              verb: type === 'make' ? 'create' : type === 'stop' ? 'stop' : 'delete',
              phase: type === 'make' ? 'make' : 'retire',
              args: {},
              risk: 'safe',
              timeoutMs: 1,
            },
          ],
    effect: () => 'gone',
  }) as unknown as PlanInput['kinds'][number];

function desired(): Desired {
  const all = [
    resource('container', 'web', ['web']),
    resource('route', 'web', ['web']),
    resource('container', 'db', ['db']),
  ];
  return {
    fleet: 'home',
    node: 'rift',
    generation: 1,
    commit: '0'.repeat(40),
    stages: [{ name: 'all', timeoutMs: 1000, onTimeout: 'continue' }],
    services: { web: { stage: 0, active: true }, db: { stage: 0, active: true } },
    resources: Object.fromEntries(all.map((one) => [one.key, one])),
    refusals: [],
    absences: [],
    allows: [],
    policy: { mounts: [], images: ['*'], flags: [], blast: defaultBlast },
  } as unknown as Desired;
}

function planned(overrides: readonly Omit<Override, 'id' | 'by' | 'since'>[], now = 1000) {
  const observed = { node: 'rift', at: now, bootId: 'b', resources: {}, blind: {}, busy: [] };
  const history = {
    ...emptyHistory,
    overrides: overrides.map((one, i) => ({ ...one, id: String(i), by: 'unix:1000', since: 1 })),
  };
  const kinds = [kind('container', false), kind('route', true)];
  return plan({
    desired: desired(),
    observed,
    kinds,
    history,
    now,
    served: ['container', 'route'],
  } as unknown as PlanInput);
}

const ids = (made: ReturnType<typeof planned>) => made.actions.map(({ id }) => id).sort();

describe('freeze', () => {
  test('a service: nothing of it is done, the rest is, and a hold says so', () => {
    const made = planned([{ verb: 'freeze', target: 'web', why: 'looking into it' }]);
    expect(ids(made)).toEqual(['container/db#create']);
    expect(made.held).toMatchObject([
      {
        code: 'Frozen',
        slots: ['web/main'],
        services: ['web'],
        message: 'frozen by unix:1000: looking into it',
        confirmable: false,
      },
    ]);
  });

  test('the node: nothing at all', () => {
    const made = planned([{ verb: 'freeze', target: '' }]);
    expect(made.actions).toEqual([]);
    expect(made.held).toMatchObject([{ code: 'Frozen', slots: ['db/main', 'web/main'] }]);
  });

  test('until its time, which the plan wakes for; then as if it had never been', () => {
    expect(planned([{ verb: 'freeze', target: 'web', until: 1001 }]).wakeAt).toBe(1001);
    expect(planned([{ verb: 'freeze', target: 'web', until: 1000 }])).toEqual(planned([]));
  });
});

test('stopped here: nothing is made for it, it is held in sight, and others go on', () => {
  const made = planned([{ verb: 'stop', target: 'web', until: 5000 }]);
  expect(ids(made)).toEqual(['container/db#create']);
  expect(made.held).toMatchObject([
    { code: 'StoppedHere', slots: ['web/main'], message: 'stopped on this node by unix:1000' },
  ]);
  expect(made.wakeAt).toBe(5000);
});

test('without an override nothing is different', () => {
  expect(ids(planned([]))).toEqual(['container/db#create', 'container/web#create', 'route/web#create']);
  expect(planned([]).held).toEqual([]);
});
