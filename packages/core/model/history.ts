import type { Instant, Json } from './json.ts';
import type { Reason } from './plan.ts';
import type { Resource, ResourceKey, SlotKey } from './resource.ts';

/** A version of a slot that is not to be tried again until its definition changes or someone says `retry`. */
export interface KnownBad {
  readonly specHash: string;
  /** Image it ran, by id; '' when unknown. */
  readonly imageId: string;
  readonly reason: string;
  readonly at: Instant;
}

/** The last version of a slot that passed its gate, with the non-container resources it needs (image, networks, volumes …). */
export interface LastGood {
  readonly resource: Resource;
  readonly imageId: string;
  readonly needs: readonly Resource[];
  readonly at: Instant;
}

/** What is known of a slot beyond what can be seen now. Read from the registry; the planner never writes it. */
export interface SlotHistory {
  /** Its gate was passed since this boot: it is repaired at once, stages no longer apply. */
  readonly readySinceBoot: boolean;
  readonly lastGood?: LastGood;
  readonly knownBad: readonly KnownBad[];
  /** Data saved before a version that has not been ready yet (`update.snapshot`); its rollback brings the data back too. */
  readonly undo?: {
    readonly specHash: string;
    readonly snapshot: string;
    /** That version was started: from then on the data may be another. */
    readonly started: boolean;
  };
  /** When its processes ended by themselves, latest last; only as far back as the flapping window. */
  readonly deaths: readonly Instant[];
  /** When we stopped its container last: an end up to then was not its own. */
  readonly stoppedAt?: Instant;
  /** Since when it keeps dying; absent: it does not (core/kinds/container/flapping.ts). */
  readonly flappingSince?: Instant;
  /** When somebody's change by hand was put back, latest last; only as far back as the contested window. */
  readonly reverts: readonly Instant[];
  /** How long its containers take from start to ready, ms, as measured; absent before the first time. */
  readonly typicalReadyMs?: number;
  /** The container whose gate expired last, so that it is not simply awaited again. */
  readonly gateExpired?: { readonly key: ResourceKey; readonly at: Instant; readonly reason: string };
}

/** Consecutive failures of one resource's actions; cleared by success. Containers are counted by slot. */
export interface Attempt {
  /** What failed: another version in the same slot has not failed yet, and does not wait for this one's pause. */
  readonly of: ResourceKey;
  readonly failures: number;
  readonly lastAt: Instant;
  readonly code: string;
  readonly message: string;
}

/** Image reference → what it meant when it was first used; kept until somebody changes the reference. */
export interface Pin {
  readonly imageId: string;
  readonly digest?: string;
}

/** Something a person asked this node for; open until it is fulfilled. A `retry` is at once: its row only says who and why. */
export interface Request {
  readonly id: string;
  readonly verb: 'restart' | 'run' | 'retry';
  /** Service, `service/component` or `service/job`. */
  readonly target: string;
  readonly at: Instant;
  readonly by: string;
  readonly args?: Json;
}

/** Why a job ran: its schedule, the one run that makes up for missed ones, a person, or what it is tied to. */
export type JobTrigger = 'schedule' | 'catch-up' | 'asked' | 'before-start' | 'before-update' | 'after-update';

/**
 * One run of a job; the last twenty of each are kept. `failed`: it could not be run, or nobody knows how it ended.
 * `interrupted`: the machine went down meanwhile. `replaced`: the next one was due (`overlap = "replace"`).
 */
export interface JobRun {
  readonly trigger: JobTrigger;
  readonly outcome: 'running' | 'ended' | 'failed' | 'interrupted' | 'replaced';
  readonly begunAt: Instant;
  readonly endedAt?: Instant;
  /** Of one that ended. */
  readonly exitCode?: number;
}

/** What a schedule has in the `args` of its request. */
export interface ScheduledArgs {
  readonly why: string;
  readonly trigger: 'schedule' | 'catch-up';
}

/** Why a request is carried out: who asked, and in whose words. */
export function requestReason({ args, by }: Request): Reason {
  const why = (args as { readonly why?: unknown } | undefined)?.why;
  return { code: 'Requested', text: `asked by ${by}${typeof why === 'string' ? `: ${why}` : ''}` };
}

/** What a person said about this node alone, until it ends: it survives restarts, and the plan goes by it. */
export interface Override {
  readonly id: string;
  /** `freeze`: nothing of the target changes. `stop`: the service does not run here. */
  readonly verb: 'freeze' | 'stop';
  /** A service; '' the whole node (freeze only). */
  readonly target: string;
  readonly since: Instant;
  /** Absent: until somebody ends it. */
  readonly until?: Instant;
  /** In words: `unix:1000`. */
  readonly by: string;
  readonly why?: string;
}

/** The planner's memory, read once per cycle. */
export interface History {
  readonly slots: Readonly<Record<SlotKey, SlotHistory>>;
  /** Keyed by resource key, containers by slot. */
  readonly attempts: Readonly<Record<string, Attempt>>;
  readonly pins: Readonly<Record<string, Pin>>;
  /** Stage name → when this boot began to wait for it. */
  readonly stagesSince: Readonly<Record<string, Instant>>;
  readonly releasedHolds: readonly string[];
  readonly requests: readonly Request[];
  readonly overrides: readonly Override[];
  /** Services that ran here by the last applied generation → their stage's name: what a shrinking source is measured against. */
  readonly lastServices: Readonly<Record<string, string>>;
}

export const emptyHistory: History = {
  slots: {},
  attempts: {},
  pins: {},
  stagesSince: {},
  releasedHolds: [],
  requests: [],
  overrides: [],
  lastServices: {},
};
