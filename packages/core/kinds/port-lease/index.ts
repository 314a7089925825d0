import type { KindDefinition, Step } from '../../model/contract.ts';
import type { Claim, ResourceKey } from '../../model/resource.ts';
import { asRecorded, left, step } from '../simple.ts';

export interface LeaseSpec {
  readonly route: string;
}

export interface LeaseState {
  readonly port: number;
}

/** The container a lease belongs to: `port-lease/<container>/<route>`. */
export function leaseOwner(key: ResourceKey): ResourceKey {
  return `container/${key.split('/')[1] ?? ''}`;
}

export function leaseClaim(port: number): Claim {
  return { scope: 'node', kind: 'port', value: `tcp/127.0.0.1/${port}` };
}

/** A host port written down for one made container and route; kept through stop, reboot and loss of podman's database. */
export const portLease: KindDefinition<LeaseSpec, LeaseState> = {
  kind: 'port-lease',
  version: 1,
  staged: false,
  mutable: true,
  optional: false,
  retires: true,
  partOf: 'container',
  upgrade: (recorded) => asRecorded<LeaseSpec>(recorded),
  references: () => [],
  claims: () => [],
  compare(desired, observed, view) {
    const port = view.leased(desired.key);
    if (observed !== undefined && port === observed.state.port) return { verdict: 'same' };
    if (observed !== undefined && port !== undefined) {
      const fields = [{ field: 'port', from: observed.state.port, to: port }];
      return { verdict: 'update', how: 'acquire', fields, reason: { code: 'Changed', fields: ['port'] } };
    }
    if (port !== undefined) return { verdict: 'make' };
    return { verdict: 'blocked', code: 'NoPort', on: 'a free port', message: 'no free port between 10000 and 60000' };
  },
  ready: () => true,
  steps(turn, view): readonly Step[] {
    if (turn.type === 'retire') return [step('delete', 'retire', {})];
    if ((turn.type !== 'make' && turn.type !== 'update') || turn.desired === undefined) return [];
    return [step('acquire', 'make', { port: view.leased(turn.key) ?? 0 })];
  },
  effect(action) {
    if (action.verb === 'delete') return 'gone';
    const { port } = action.args as { port: number };
    return left(action, { port }, { claims: [leaseClaim(port)] });
  },
};
