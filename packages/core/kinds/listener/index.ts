import { portClaim } from '../../model/claim.ts';
import type { KindDefinition, Step } from '../../model/contract.ts';
import type { Claim } from '../../model/resource.ts';
import { asRecorded, left, step } from '../simple.ts';

export interface ListenerSpec {
  /** The logical port that routes name. */
  readonly port: number;
  /** Real binds of this node: `127.0.0.1:8443`, `[::]:443`. */
  readonly binds: readonly string[];
  readonly tls: boolean;
  /** Addresses of edges: only these say, by PROXY protocol, whom they ask for. Absent: nobody does. */
  readonly edges?: readonly string[];
}

export interface ListenerState {
  /** As the running proxy has them; [] while it does not run. */
  readonly binds: readonly string[];
  readonly tls: boolean;
  /** As recorded. */
  readonly edges?: readonly string[];
  /** Something of the proxy was edited behind our back that belongs to no single route. */
  readonly drifted?: boolean;
}

export function bindClaim(bind: string): Claim {
  const cut = bind.lastIndexOf(':');
  return portClaim('tcp', bind.slice(0, cut), Number(bind.slice(cut + 1)));
}

/** One public port of this node's proxy. */
export const listener: KindDefinition<ListenerSpec, ListenerState> = {
  kind: 'listener',
  version: 1,
  staged: false,
  mutable: true,
  optional: true,
  retires: true,
  onDemand: true,
  upgrade: (recorded) => asRecorded<ListenerSpec>(recorded),
  references: () => [],
  claims: (spec) => spec.binds.map(bindClaim),
  compare(desired, observed) {
    if (observed === undefined) return { verdict: 'make' };
    const { binds, tls } = observed.state;
    const fields = [];
    if ([...binds].sort().join() !== [...desired.spec.binds].sort().join())
      fields.push({ field: 'binds', from: binds, to: desired.spec.binds });
    if (tls !== desired.spec.tls) fields.push({ field: 'tls', from: tls, to: desired.spec.tls });
    const { edges = [] } = observed.state;
    const wanted = desired.spec.edges ?? [];
    if (edges.join() !== wanted.join()) fields.push({ field: 'edges', from: edges, to: wanted });
    if (fields.length === 0 && observed.state.drifted === true) {
      return { verdict: 'update', how: 'listen', fields, reason: { code: 'Changed', text: 'edited behind our back' } };
    }
    if (fields.length === 0) return { verdict: 'same' };
    const code = binds.length === 0 ? 'Stopped' : 'Changed';
    return { verdict: 'update', how: 'listen', fields, reason: { code, fields: fields.map((f) => f.field) } };
  },
  ready: () => true,
  steps(turn): readonly Step[] {
    if (turn.type === 'make') return [step('create', 'make', { spec: turn.desired?.spec ?? null })];
    if (turn.type === 'update') return [step('update', 'make', { spec: turn.desired?.spec ?? null })];
    if (turn.type === 'retire') return [step('delete', turn.released === true ? 'release' : 'retire', {})];
    return [];
  },
  effect(action) {
    if (action.verb === 'delete') return 'gone';
    const { spec } = action.args as unknown as { spec: ListenerSpec };
    return left(
      action,
      { binds: spec.binds, tls: spec.tls, ...(spec.edges === undefined ? {} : { edges: spec.edges }) },
      { claims: spec.binds.map(bindClaim), spec: spec as never },
    );
  },
};
