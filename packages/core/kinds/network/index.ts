import { sameJson } from '../../model/canonical.ts';
import type { KindDefinition, Step } from '../../model/contract.ts';
import type { Json } from '../../model/json.ts';
import { asRecorded, left, present, step } from '../simple.ts';

export interface NetworkSpec {
  readonly name: string;
  readonly driver: string;
  readonly subnets: readonly string[];
  readonly internal: boolean;
  readonly ipv6: boolean;
  readonly options: Readonly<Record<string, string>>;
}

export interface NetworkState {
  readonly id: string;
  readonly createdAt: number;
}

/** A podman network. Changing its options means remaking it and every container on it; the planner spreads that. */
export const network: KindDefinition<NetworkSpec, NetworkState> = {
  kind: 'network',
  version: 1,
  staged: false,
  mutable: true,
  optional: false,
  retires: true,
  upgrade: (recorded) => asRecorded<NetworkSpec>(recorded),
  references: () => [],
  claims: () => [],
  compare(desired, observed) {
    if (observed === undefined) return { verdict: 'make' };
    if (observed.owner === 'foreign' || observed.spec === undefined) return { verdict: 'same' };
    if (sameJson(observed.spec, desired.spec as unknown as Json)) return present(observed) ?? { verdict: 'same' };
    return { verdict: 'rebuild', fields: [], reason: { code: 'Changed', text: 'network options changed' } };
  },
  ready: () => true,
  steps(turn): readonly Step[] {
    const remove = step('delete', turn.type === 'rebuild' ? 'release' : 'retire', {
      name: turn.key.slice('network/'.length),
    });
    const make = () =>
      step('create', 'make', { spec: turn.desired?.spec ?? null, specHash: turn.desired?.specHash ?? '' });
    switch (turn.type) {
      case 'make':
        return [make()];
      case 'rebuild':
        return [remove, make()];
      case 'retire':
        return [remove];
      default:
        return [];
    }
  },
  effect(action, before, observed) {
    if (action.verb === 'delete') return 'gone';
    const spec = (action.args as { spec: Json }).spec;
    return before ?? left(action, { id: `made-${action.key}`, createdAt: observed.at }, { spec, schema: 1 });
  },
};
