import type { Instant } from './json.ts';
import type { SlotKey } from './resource.ts';

/**
 * What somebody's start waited for: a lower stage, another slot's gate, a job, an image, a hold, or (`wait`) anything else that the
 * plan said, such as its pause after failures.
 */
export interface StartWait {
  readonly kind: 'stage' | 'slot' | 'job' | 'image' | 'hold' | 'wait';
  /** Stage, slot, image reference, hold id, or the wait's code. */
  readonly on: string;
  /** The plan's own words; '' where `on` says it all. */
  readonly why: string;
}

export interface BootWait extends StartWait {
  readonly since: Instant;
  /** Absent: it still waits. */
  readonly until?: Instant;
}

export interface BootSlot {
  readonly slot: SlotKey;
  readonly stage: string;
  /** Its first start since the boot; absent: none was needed, or not yet. */
  readonly startedAt?: Instant;
  /** Its gate passed. */
  readonly readyAt?: Instant;
  /** Longest first, in words; '' nothing. */
  readonly waitedFor: string;
  /** In the order they came. */
  readonly waits: readonly BootWait[];
}

export interface BootStage {
  readonly name: string;
  readonly timeoutMs: number;
  readonly onTimeout: 'continue' | 'hold';
  /** When somebody first waited for it. */
  readonly since?: Instant;
  /** When the last of its slots was ready. */
  readonly readyAt?: Instant;
  /** When its time was over without it being ready: from then on `onTimeout` decided. */
  readonly lateAt?: Instant;
}

/** What a boot waited for: the slots that its first pass found not ready yet, in stage order. `status --boot -o json`. */
export interface BootReport {
  readonly bootId: string;
  readonly firstSeenAt: Instant;
  /** When everything was well for the first time; absent: not yet. */
  readonly convergedAt?: Instant;
  readonly stages: readonly BootStage[];
  readonly slots: readonly BootSlot[];
}
