import type { Instant, Json } from './json.ts';
import type { Kind, ResourceKey, SlotKey } from './resource.ts';

/** Everything an action can be. The list is closed: a new verb is a decision (specs/glossary.md). */
export const verbs = [
  'acquire',
  'pull',
  'build',
  'create',
  'start',
  'update',
  'renew',
  'adopt',
  'run',
  'await',
  'park',
  'unpark',
  'alias',
  'drain',
  'signal',
  'exec',
  'stop',
  'snapshot',
  'restore',
  'delete',
] as const;
export type Verb = (typeof verbs)[number];

/** Order inside a plan: what must let go, then what is made, then what must be ready, then what goes. */
export const phases = ['release', 'make', 'ready', 'retire'] as const;
export type Phase = (typeof phases)[number];

/** `safe`: nobody notices. `disruptive`: a running thing stops or moves. `destructive`: something is gone for good. */
export type Risk = 'safe' | 'disruptive' | 'destructive';

/** `${key}#${verb}`, with `.n` for a second step of that verb. Same input, same id. */
export type ActionId = string;

/** For people, never for control flow. `fields` are the compared names that differ. */
export interface Reason {
  readonly code: ReasonCode;
  readonly fields?: readonly string[];
  readonly text?: string;
}

export type ReasonCode =
  | 'Missing'
  | 'Changed'
  | 'Stopped'
  | 'Exited'
  | 'ProcessGone'
  | 'Rebuilt'
  | 'Leftover'
  | 'NotReady'
  | 'Replaced'
  | 'Undeclared'
  | 'Inactive'
  | 'Released'
  | 'Parked'
  | 'Requested'
  | 'Unhealthy'
  | 'RolledBack';

/** One step of a plan. `args` hold all that apply() needs: nothing is left to decide or look up. */
export interface Action {
  readonly id: ActionId;
  readonly key: ResourceKey;
  readonly slot: SlotKey;
  readonly services: readonly string[];
  readonly kind: Kind;
  readonly verb: Verb;
  readonly phase: Phase;
  /** The DAG: actions, or a barrier of `Plan.barriers`. */
  readonly needs: readonly ActionId[];
  readonly args: Json;
  readonly risk: Risk;
  readonly reason: Reason;
  readonly timeoutMs: number;
  readonly stage?: number;
}

/** `stage/<name>`: passed when everything that stage has planned is ready. Spares a boot its n² edges. */
export interface Barrier {
  readonly id: ActionId;
  readonly needs: readonly ActionId[];
}

/** Why something that should happen does not happen yet. Waiting is an answer. */
export interface Wait {
  readonly code: WaitCode;
  readonly key: ResourceKey;
  readonly slot: SlotKey;
  readonly services: readonly string[];
  /** What it waits for, named so that a person can act on it. */
  readonly on: string;
  readonly message: string;
  /** When looking again makes sense; undefined: when something changes. */
  readonly until?: Instant;
  readonly stage?: number;
}

export type WaitCode =
  | 'BackingOff'
  | 'Blind'
  | 'ClaimConflict'
  | 'NameConflict'
  | 'NotSupported'
  | 'Missing'
  | 'DataMissing'
  | 'PolicyRefused'
  | 'Reference'
  | 'StageNotReady'
  | 'Rolling'
  | 'JobFailed'
  | 'NoPort'
  | 'Unhealthy';

/** Something the plan would do but must not do without a person. The id does not change with time. */
export interface Hold {
  readonly id: string;
  readonly code: HoldCode;
  readonly keys: readonly ResourceKey[];
  readonly slots: readonly SlotKey[];
  readonly services: readonly string[];
  readonly message: string;
  /** What is kept although its user goes: volumes and host directories. */
  readonly data: readonly string[];
  /** true: `--confirm ID` releases it once. */
  readonly confirmable: boolean;
}

export type HoldCode =
  | 'BlastRadius'
  | 'KnownBad'
  | 'Contested'
  | 'EmptySource'
  | 'StageHeld'
  | 'Frozen'
  | 'StoppedHere'
  | 'DataMissing'
  | 'DataForeign'
  | 'ClockDoubted'
  | 'Unconfirmed'
  | 'Reverted';

/** How one slot or resource changes, for people: the line of the plan table. Derived from the same decisions as the actions. */
export interface Change {
  readonly key: ResourceKey;
  readonly slot: SlotKey;
  readonly kind: Kind;
  readonly services: readonly string[];
  readonly stage?: number;
  /** The slot people think of it with: the container that needs it, or that it leads to. */
  readonly of?: SlotKey;
  readonly type: ChangeType;
  readonly fields: readonly FieldChange[];
  readonly reason: Reason;
  /** Only for a replacement: how, and why so. */
  readonly strategy?: { readonly mode: 'start-first' | 'stop-first'; readonly why: string };
  /** Estimated time without service, ms; requests behind a parked route wait for it instead of failing. */
  readonly downtimeMs?: number;
  readonly parked?: boolean;
  /** An image that is made here, from the workspace. */
  readonly isBuilt?: boolean;
  /** Bytes to fetch; null when the registry did not say. */
  readonly pullBytes?: number | null;
  /** Data that is saved before, and brought back if this version is rolled back. */
  readonly saves?: readonly string[];
  /** Data that stays although its user goes. */
  readonly keeps?: readonly string[];
}

export type ChangeType =
  | 'create'
  | 'replace'
  | 'rebuild'
  | 'update'
  | 'repair'
  | 'restart'
  | 'remove'
  | 'stop'
  | 'run'
  | 'adopt';

export interface FieldChange {
  readonly field: string;
  readonly from: Json;
  readonly to: Json;
}

/** Declared, but nothing here can run it: shown once, never an error, never dropped. */
export interface Unmanaged {
  readonly key: ResourceKey;
  readonly services: readonly string[];
  readonly why: string;
}

/** The whole answer: what will be done, what must not be done, what has to wait. Converged when all three are empty. */
export interface Plan {
  readonly version: 1;
  /** Hash over actions and holds without times. */
  readonly id: string;
  readonly node: string;
  readonly generation: number;
  readonly commit: string;
  /** In stable topological order. */
  readonly actions: readonly Action[];
  readonly barriers: readonly Barrier[];
  readonly held: readonly Hold[];
  readonly waiting: readonly Wait[];
  readonly changes: readonly Change[];
  readonly unmanaged: readonly Unmanaged[];
  /** Things kept because another version of them is good: slot → what serves instead of the desired spec. */
  readonly rolledBack: readonly { readonly slot: SlotKey; readonly reason: string }[];
  readonly counts: Readonly<Record<Kind, number>>;
  readonly wakeAt?: Instant;
}
