import type { BootReport, Health, Instant, Principal, ResourceKey, SlotKey } from '@reconcile/core';
import type { CommitInfo, SourceTrouble } from '../desired/model.ts';

/** `booting`: no pass of this process has ended yet. */
export type AgentPhase = 'booting' | 'idle' | 'passing' | 'stopping';

/** What made the agent look: a hint, never a truth. */
export type TriggerName =
  | 'start'
  | 'commit'
  | 'fetched'
  | 'containers'
  | 'wake'
  | 'resync'
  | 'address'
  | 'health'
  | 'schedule'
  | 'request'
  | 'reload';

/** The pass that is going on. */
export interface RunningPass {
  readonly id: string;
  readonly since: Instant;
  readonly trigger: TriggerName;
  /** Actions of the plan in hand, and how many of them are through. */
  readonly done: number;
  readonly of: number;
}

/** How the last pass ended. `failed`: it did not come to its end; `problem` says why. */
export interface LastPass {
  readonly id: string;
  readonly at: Instant;
  readonly tookMs: number;
  readonly trigger: TriggerName;
  readonly outcome: 'converged' | 'pending' | 'held' | 'failed';
  /** Actions that were carried out. */
  readonly done: number;
  readonly failures: readonly { readonly id: string; readonly code: string; readonly message: string }[];
  readonly problem?: Problem;
}

/** Something the agent cannot do now; it goes on without it. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** Where desired state came from last. */
export interface SourceState extends Partial<CommitInfo> {
  /** When the source was last asked. */
  readonly checkedAt: Instant;
  readonly problem?: SourceTrouble;
}

/** Changes are held back, or a service is stopped on this node alone, until `until` (absent: until somebody ends it). */
export interface Override {
  readonly verb: 'freeze' | 'stop';
  /** `''`: the whole node. */
  readonly target: string;
  readonly by: Principal;
  readonly since: Instant;
  readonly until?: Instant;
  readonly why?: string;
}

/** Of this process, measured. */
export interface Vitals {
  /** Bytes. */
  readonly rss: number;
  readonly heapUsed: number;
  /** ms of processor time since it started. */
  readonly cpuMs: number;
  /** Delay of the event loop since the start: how long something else had to wait, ms. */
  readonly loopDelayMs: { readonly p50: number; readonly p99: number; readonly max: number };
}

/** The agent itself. */
export interface AgentState {
  readonly version: string;
  readonly pid: number;
  readonly node: string;
  /** '' while nothing was loaded yet. */
  readonly fleet: string;
  readonly startedAt: Instant;
  readonly phase: AgentPhase;
  readonly pass?: RunningPass;
  readonly last?: LastPass;
  readonly passes: number;
  readonly source: SourceState;
  readonly overrides: readonly Override[];
  /** What it goes without, by name: `podman-events`, `source-watch`, `node.toml` … */
  readonly problems: Readonly<Record<string, Problem>>;
  readonly wakeAt?: Instant;
  readonly vitals: Vitals;
  readonly boot: BootReport;
}

/** One probe of one container. */
export interface HealthSample {
  readonly at: Instant;
  readonly ok: boolean;
  readonly latencyMs: number;
  /** Only of a bad one. */
  readonly message?: string;
}

/** How a slot's probes went, oldest first; at most an hour. */
export interface SlotHealth {
  readonly slot: SlotKey;
  readonly key: ResourceKey;
  readonly state: Health | 'flapping';
  readonly since: Instant;
  readonly samples: readonly HealthSample[];
}
