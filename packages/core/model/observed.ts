import type { ClockDoubt } from './clock.ts';
import type { Instant, Json } from './json.ts';
import type { Claim, Kind, Reference, ResourceKey, SlotKey } from './resource.ts';

/** What a probe or the runtime says. `none`: this kind has no health. `unknown`: could not be asked this time. */
export type Health = 'healthy' | 'starting' | 'unhealthy' | 'none' | 'unknown';

/**
 * Who made it. `managed`: provably ours. `adoptable`: named by an explicit `adopt`. `foreign`: anybody else's; shown, never
 * an argument of an action.
 */
export type Owner = 'managed' | 'adoptable' | 'foreign';

/** One thing that exists on this node. */
export interface ObservedResource<St = Json> {
  readonly key: ResourceKey;
  readonly kind: Kind;
  readonly slot: SlotKey;
  readonly services: readonly string[];
  readonly owner: Owner;
  /** The spec recorded when it was made (ledger first, label else), in the schema version it was recorded with. */
  readonly spec?: Json;
  readonly specHash?: string;
  readonly schema?: number;
  /** The facts only the outside world knows. */
  readonly state: St;
  readonly health: Health;
  readonly references: readonly Reference[];
  readonly claims: readonly Claim[];
}

/** Why a kind could not be read this cycle. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  /** The next command to type, or what to look at. */
  readonly hint?: string;
}

/** A socket somebody listens on, from /proc/net. */
export interface BusyPort {
  readonly protocol: 'tcp' | 'udp';
  /** `0.0.0.0`, `::`, or one address. */
  readonly ip: string;
  readonly port: number;
}

/** The node as it is, at one moment. */
export interface Observed {
  readonly node: string;
  readonly at: Instant;
  readonly bootId: string;
  readonly resources: Readonly<Record<ResourceKey, ObservedResource>>;
  /** Kinds we could not read: nothing of them is made or retired this cycle. Absent is not unknown. */
  readonly blind: Readonly<Record<Kind, Problem>>;
  readonly busy: readonly BusyPort[];
  /** The wall clock is not believed: nothing that lasts is signed by it. */
  readonly doubt?: ClockDoubt;
}
