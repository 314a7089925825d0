import { describe, expect, it } from 'vitest';
import { kinds } from '../kinds/index.ts';
import { type RecordSpec, record } from '../kinds/record/index.ts';
import type { Desired, Observed, PlanInput } from '../model/index.ts';
import { defaultBlast } from '../model/index.ts';
import { plan } from './plan.ts';

const zoned = (driver: RecordSpec['driver'], zone: string) => {
  const spec: RecordSpec = { type: 'A', hostname: `web.${zone}`, zone, driver, value: '192.0.2.1', routes: [] };
  const key = `record/A/web.${zone}` as const;
  return [
    key,
    {
      key,
      kind: 'record',
      slot: key,
      services: ['web'],
      spec,
      specHash: 'x',
      references: record.references(spec),
      claims: [],
    },
  ];
};

function planned(served: readonly string[]) {
  const resources = Object.fromEntries([zoned('hosts', 'lan.example.net'), zoned('rfc2136', 'example.com')]);
  const desired = {
    fleet: 'home',
    node: 'rift',
    generation: 1,
    commit: 'c',
    stages: [],
    services: { web: { stage: 0, active: true } },
    resources,
    refusals: [],
    absences: [],
    allows: [],
    policy: { mounts: [], images: [], flags: [], blast: defaultBlast },
  } as unknown as Desired;
  const observed: Observed = { node: 'rift', at: 0, bootId: 'b', resources: {}, blind: {}, busy: [] };
  const history = {
    slots: {},
    attempts: {},
    pins: {},
    releases: {},
    jobs: {},
    overrides: [],
  } as unknown as PlanInput['history'];
  const made = plan({ desired, observed, kinds, history, now: 0, served });
  return { made: made.actions.map(({ id }) => id), unmanaged: made.unmanaged.map(({ key, why }) => `${key}: ${why}`) };
}

describe('a kind with several drivers', () => {
  it('has unmanaged resources where this node lacks the table of their zone', () => {
    expect(planned(['record', 'record:hosts'])).toEqual({
      made: ['record/A/web.lan.example.net#create'],
      unmanaged: ['record/A/web.example.com: node.toml has no [drivers.rfc2136."example.com"]'],
    });
    expect(planned(['record', 'record:hosts', 'record:rfc2136."example.com"']).unmanaged).toEqual([]);
  });

  it('is unmanaged as a whole without any, and whole where providers are not told apart', () => {
    expect(planned([]).unmanaged).toContain('record/A/web.example.com: no driver for record on this node');
    expect(planned(['record'])).toMatchObject({ unmanaged: [] });
  });
});
