import type { Ask, Comparison, KindDefinition, Rollout, Turn } from '../model/contract.ts';
import type { ObservedResource } from '../model/observed.ts';
import type { FieldChange, Reason, Wait } from '../model/plan.ts';
import type { Kind, Reference, Resource, ResourceKey, SlotKey } from '../model/resource.ts';

/**
 * One resource on its way to a turn. Drafts are the planner's only mutable thing, and never leave `plan/`.
 * `type` says what would be done; `wait` or `kept` say why it is not done now.
 */
export interface Draft {
  readonly key: ResourceKey;
  readonly kind: Kind;
  readonly slot: SlotKey;
  readonly def: KindDefinition;
  readonly services: readonly string[];
  type: Turn['type'];
  desired: Resource | undefined;
  observed: ObservedResource | undefined;
  fields: readonly FieldChange[];
  reason: Reason;
  how: string | undefined;
  /** What a person has to say yes to first. */
  asks: Ask | undefined;
  /** Desired references plus parts. */
  references: readonly Reference[];
  wait: Wait | undefined;
  /** A retire put off: somebody who waits still needs it. */
  kept: boolean;
  successor: ResourceKey | undefined;
  rollout: Rollout | undefined;
  /** Why the rollout is what it is, for people. */
  rolloutWhy: string;
  released: boolean;
  /** Drafts whose make needs this one's stop. */
  releasedFor: ResourceKey[];
  parking: SlotKey[];
  /** Nobody it parks for comes back in this plan. */
  staysParked: boolean;
}

const none: readonly never[] = [];
const missing: Reason = { code: 'Missing' };

/** `key`: of what it is bound to, where that is not called as it would be now. */
export function draft(def: KindDefinition, of: Resource | ObservedResource, key: ResourceKey = of.key): Draft {
  return {
    key,
    kind: of.kind,
    slot: of.slot,
    def,
    services: of.services,
    type: 'same',
    desired: undefined,
    observed: undefined,
    fields: none,
    reason: missing,
    how: undefined,
    asks: undefined,
    references: none,
    wait: undefined,
    kept: false,
    successor: undefined,
    rollout: undefined,
    rolloutWhy: '',
    released: false,
    releasedFor: [],
    parking: [],
    staysParked: false,
  };
}

/** Takes a comparison over into the draft. A block becomes its wait. */
export function decide(target: Draft, verdict: Comparison): void {
  target.wait = undefined;
  target.asks = undefined;
  switch (verdict.verdict) {
    case 'same':
      target.type = 'same';
      target.asks = verdict.asks;
      return;
    case 'make':
      target.type = 'make';
      target.asks = verdict.asks;
      target.reason = { code: 'Missing' };
      return;
    case 'update':
      target.type = 'update';
      target.how = verdict.how;
      target.asks = verdict.asks;
      target.fields = verdict.fields;
      target.reason = verdict.reason;
      return;
    case 'rebuild':
      target.type = 'rebuild';
      target.fields = verdict.fields;
      target.reason = verdict.reason;
      return;
    case 'replace':
      target.type = 'make';
      target.fields = verdict.fields;
      target.reason = { code: 'Changed', fields: verdict.fields.map((field) => field.field) };
      return;
    case 'blocked':
      target.type = target.observed === undefined ? 'make' : 'update';
      target.how = 'blocked';
      target.wait = waitFor(target, verdict);
      return;
  }
}

export function waitFor(target: Draft, why: Pick<Wait, 'code' | 'on' | 'message' | 'until'>): Wait {
  return {
    code: why.code,
    key: target.key,
    slot: target.slot,
    services: target.services,
    on: why.on,
    message: why.message,
    ...(why.until === undefined ? {} : { until: why.until }),
    ...(target.desired?.stage === undefined ? {} : { stage: target.desired.stage }),
  };
}

/** Will this draft make or start something, so that references, claims and stages matter? */
export function starts(target: Draft): boolean {
  if (target.wait !== undefined) return false;
  if (target.type === 'make' || target.type === 'rebuild') return true;
  return target.type === 'update' && target.how !== 'await' && target.how !== 'alias';
}

/** Does it leave? */
export function leaves(target: Draft): boolean {
  return (target.type === 'retire' || target.type === 'stop') && !target.kept;
}

export function turnOf(target: Draft): Turn {
  return {
    type: target.type,
    key: target.key,
    slot: target.slot,
    fields: target.fields,
    reason: target.reason,
    released: target.released,
    parking: target.parking,
    staysParked: target.staysParked,
    ...(target.desired === undefined ? {} : { desired: target.desired }),
    ...(target.observed === undefined ? {} : { observed: target.observed }),
    ...(target.how === undefined ? {} : { how: target.how }),
    ...(target.rollout === undefined ? {} : { rollout: target.rollout }),
    ...(target.successor === undefined ? {} : { successor: target.successor }),
  };
}

/** Is what stands there now good enough for those who refer to it, apart from anything planned? */
export function standsReady(target: Draft): boolean {
  if (target.observed === undefined || target.desired === undefined) return false;
  return target.def.ready(target.desired, target.observed);
}
