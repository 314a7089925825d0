import type { Instant } from './json.ts';
import type { ActionId, HoldCode, Verb } from './plan.ts';
import type { Kind, ResourceKey, SlotKey } from './resource.ts';

interface Base {
  readonly at: Instant;
  readonly node: string;
  readonly generation: number;
  readonly cycleId: string;
}

interface OfAction extends Base {
  readonly actionId: ActionId;
  readonly key: ResourceKey;
  readonly slot: SlotKey;
  readonly verb: Verb;
}

/** Everything that happens, as one closed union: log, registry, conditions and screens are all consumers of it. */
export type Event =
  | (Base & { readonly type: 'cycle.started' })
  | (Base & { readonly type: 'cycle.finished'; readonly converged: boolean; readonly durationMs: number })
  | (Base & { readonly type: 'observe.failed'; readonly kind: Kind; readonly code: string; readonly message: string })
  | (Base & {
      readonly type: 'plan.made';
      readonly planId: string;
      readonly actions: number;
      readonly held: number;
      readonly waiting: number;
    })
  | (OfAction & { readonly type: 'action.started' })
  | (OfAction & { readonly type: 'action.succeeded'; readonly durationMs: number })
  | (OfAction & {
      readonly type: 'action.failed';
      readonly durationMs: number;
      readonly code: string;
      readonly message: string;
    })
  | (OfAction & { readonly type: 'action.skipped'; readonly because: ActionId | 'superseded' | 'cancelled' })
  | (OfAction & { readonly type: 'gate.opened'; readonly durationMs: number })
  | (OfAction & { readonly type: 'gate.expired'; readonly durationMs: number; readonly message: string })
  | (Base & {
      readonly type: 'hold.placed';
      readonly holdId: string;
      readonly code: HoldCode;
      readonly message: string;
    })
  | (Base & { readonly type: 'hold.released'; readonly holdId: string })
  | (Base & {
      readonly type: 'condition.changed';
      readonly slot: SlotKey;
      readonly condition: string;
      readonly status: 'True' | 'False' | 'Unknown';
      readonly reason: string;
      readonly message: string;
    })
  | (Base & { readonly type: 'node.joined' | 'node.lost' });

export type EventType = Event['type'];
