import type { Comparison, KindDefinition, Step } from '../model/contract.ts';
import type { Json } from '../model/json.ts';
import type { ObservedResource } from '../model/observed.ts';
import type { Action } from '../model/plan.ts';

/** Deadline of one action of a kind that only touches local files, the ledger or podman's own records. */
export const quickTimeoutMs = 30_000;

/** Missing → make; else `differs` decides. */
export function present(observed: ObservedResource<unknown> | undefined): Comparison | undefined {
  return observed === undefined ? { verdict: 'make' } : undefined;
}

export function step(verb: Step['verb'], phase: Step['phase'], args: unknown, timeoutMs = quickTimeoutMs): Step {
  return { verb, phase, args: args as Json, risk: verb === 'delete' ? 'disruptive' : 'safe', timeoutMs };
}

/** The resource an action leaves behind, for kinds whose whole state is known from the arguments. */
export function left<St>(action: Action, state: St, more: Partial<ObservedResource<St>> = {}): ObservedResource<St> {
  return {
    key: action.key,
    kind: action.kind,
    slot: action.slot,
    services: action.services,
    owner: 'managed',
    state,
    health: 'none',
    references: [],
    claims: [],
    ...more,
  };
}

/** For kinds whose recorded spec is never compared by field. */
export function asRecorded<S>(recorded: Json): S | undefined {
  return recorded !== null && typeof recorded === 'object' ? (recorded as unknown as S) : undefined;
}

export type AnyKind = KindDefinition<never, never>;
