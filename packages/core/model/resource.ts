import type { Instant, Json } from './json.ts';
import type { NodePolicy } from './policy.ts';

/** Name of a resource kind, such as `container`. Open on purpose: a new kind is a new folder, not an edit here. */
export type Kind = string;

/** `<kind>/<name>`, unique on a node: `container/web-3fa9c1d2`, `route/443/web.example.net`. */
export type ResourceKey = `${string}/${string}`;

/**
 * The place a resource fills, which survives its replacement: `mcr/web`, `mcr/web/1` with replicas, `mcr/migrate` for a job.
 * For kinds that are never replaced the slot equals the key.
 */
export type SlotKey = string;

/**
 * An exclusive thing that a resource holds while it runs. Two claims of one scope and kind may clash (`clashes` in claim.ts).
 * `node`: nobody else on this machine may hold it (a fixed host port). `slot`: no two versions of one slot may hold it at
 * once (the component's own read-write volume), while other slots may.
 */
export interface Claim {
  readonly scope: 'node' | 'slot';
  readonly kind: 'port' | 'volume' | 'name';
  /** `tcp/127.0.0.1/8080`, `udp/[::]/5000-5010`, a volume's name or host path. */
  readonly value: string;
}

/**
 * "I need that one ready before me". A container is referred to by its slot, everything else by its key.
 * `hard`: if the other one is unmanaged (no driver runs its kind), so am I.
 * `booting`: counts only for a first start, never for a repair of a slot that was ready since boot.
 */
export type Reference =
  | { readonly key: ResourceKey; readonly hard?: boolean }
  | { readonly slot: SlotKey; readonly booting?: boolean };

/** One thing that should exist on this node. */
export interface Resource<S = Json, C = Json> {
  readonly key: ResourceKey;
  readonly kind: Kind;
  readonly slot: SlotKey;
  /** Services this belongs to, sorted; shared things (an image, a listener) belong to several. */
  readonly services: readonly string[];
  /** Index into `Desired.stages`; only containers and jobs carry one. */
  readonly stage?: number;
  /** Fully defaulted; secrets by reference, never by value. What `compare` looks at. */
  readonly spec: S;
  /** Hash of canonical(spec), taken once, in spec/canonical.ts. Names a new resource; never decides whether to replace one. */
  readonly specHash: string;
  /** How we look after it (health, update, restart): never compared, never hashed, so a changed probe restarts nothing. */
  readonly care?: C;
  /** false: `active = false` in the definition. It is kept, stopped. */
  readonly active?: boolean;
  readonly references: readonly Reference[];
  readonly claims: readonly Claim[];
}

/** One boot stage, in order; its index is what `Resource.stage` holds. */
export interface Stage {
  readonly name: string;
  readonly timeoutMs: number;
  readonly onTimeout: 'continue' | 'hold';
}

/** A slot whose definition this node's policy does not allow: shown and held, its predecessor kept. */
export interface Refusal {
  readonly slot: SlotKey;
  readonly service: string;
  readonly code: string;
  readonly message: string;
}

/** A declared service that does not run here, and why; shown by `ps`, never waited for. */
export interface Absence {
  readonly service: string;
  readonly why: 'elsewhere' | 'unplaced' | 'inactive';
  readonly node?: string;
}

/** Everything one node should be, compiled from one snapshot. */
export interface Desired {
  readonly fleet: string;
  readonly node: string;
  readonly generation: number;
  readonly commit: string;
  readonly stages: readonly Stage[];
  /** Declared services that run here, with the stage of each. */
  readonly services: Readonly<Record<string, { readonly stage: number; readonly active: boolean }>>;
  readonly resources: Readonly<Record<ResourceKey, Resource>>;
  readonly refusals: readonly Refusal[];
  readonly absences: readonly Absence[];
  /** Services or slots whose removal the commits since the last applied one allow (`Reconcile-Allow: remove …`). */
  readonly allows: readonly string[];
  readonly policy: NodePolicy;
  /** `rank` of fleet.toml's [nodes]: the lower changes first. Absent: 0. Recorded and shown; nothing waits for it on one node. */
  readonly rank?: number;
  /** A commit that is tried, or was and is not this one (specs/0008-confirm-within.md); absent: neither. */
  readonly trial?: Trial;
}

/** A commit that goes back to the one before it unless somebody confirms it in time. */
export interface Trial {
  readonly commit: string;
  readonly previous: string;
  /** `open`: it is what is desired now. `over`: the one before it is, and has to come back. `reverted`: that one is back. */
  readonly state: 'open' | 'over' | 'reverted';
  /** How long it was, or is, ms. */
  readonly windowMs: number;
  /** When it ends by itself; absent once it is over. */
  readonly until?: Instant;
  /** What the commit changed. */
  readonly services: readonly string[];
  readonly slots: readonly SlotKey[];
}
