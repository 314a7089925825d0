import type { JobRun } from '../model/history.ts';
import type { Instant } from '../model/json.ts';
import type { Health } from '../model/observed.ts';
import type { Absence, SlotKey } from '../model/resource.ts';
import type { Style } from './text.ts';

/**
 * How well something stands, in the word that the summary counts it under. `changing`: a pass would change it. `leaving`:
 * nobody declares it any more. `elsewhere`: it does not run on this node.
 */
export const grades = [
  'well',
  'rolled back',
  'failing',
  'waiting',
  'held',
  'refused',
  'changing',
  'leaving',
  'elsewhere',
] as const;
export type Grade = (typeof grades)[number];

/** When a job ran, and when it runs next. */
export interface JobStanding {
  /** By its schedule, as long as an agent runs; absent: it has none, or is frozen or stopped. */
  readonly nextAt?: Instant;
  /** A run that was due, was not made, and is not made up for. */
  readonly missedAt?: Instant;
  /** Runs in a row that did not end well, newest last one first; 0: the last one did. */
  readonly failures: number;
  /** The newest; `status S -o json` has up to twenty. */
  readonly last?: JobRun;
}

/** One component or job as it is right now: a row of `ps`. */
export interface Standing {
  readonly slot: SlotKey;
  /** As people say it: the service alone when it has one component. */
  readonly name: string;
  readonly service: string;
  readonly kind: 'container' | 'job';
  /** Nobody declares it any more; it stands until its removal is due, or confirmed. */
  readonly isLeaving?: true;
  /** Boot stage, `jobs`, or '' for what no stage has. */
  readonly stage: string;
  readonly grade: Grade;
  /** running, starting, exited, backoff, flapping, waiting, stopped … */
  readonly state: string;
  readonly health: Health;
  /** The container that counts; '' while there is none. */
  readonly container: string;
  /** Of the image that runs, or would run. */
  readonly version: string;
  /** The other version this is about: one that went bad, or one that is to come. */
  readonly other?: { readonly version: string; readonly is: 'bad' | 'next' };
  /** Of a running one. */
  readonly startedAt?: Instant;
  /** Of a job. */
  readonly job?: JobStanding;
  /** Names and addresses it answers at; a job's schedule. */
  readonly reachedAs: readonly string[];
  /** Only ever the reason why it is not simply well. */
  readonly note: string;
}

/** A container that is not ours. */
export interface Foreign {
  readonly name: string;
  readonly state: string;
  readonly startedAt?: Instant;
  readonly ports: readonly string[];
}

/** Where the desired state came from, and whether it is still the newest. */
export interface SourceStanding {
  readonly isWell: boolean;
  /** `ok`, or what is wrong with it. */
  readonly text: string;
  /** When it was last compared with where it comes from. */
  readonly checkedAt?: Instant;
}

/** A whole node as it is right now; what `ps -o json` prints. */
export interface NodeStanding {
  readonly node: string;
  readonly fleet: string;
  /** Canary order of the fleet, where fleet.toml gives one: the lower changes first. */
  readonly rank?: number;
  readonly at: Instant;
  readonly commit: string;
  readonly message: string;
  readonly author: string;
  readonly committedAt: Instant;
  readonly source: SourceStanding;
  readonly rows: readonly Standing[];
  readonly absences: readonly Absence[];
  readonly foreign: readonly Foreign[];
  /** Things of the node itself that a pass would change, or that wait, and that no row shows. */
  readonly besides: readonly string[];
  /** Declared, with nothing here that runs it. */
  readonly unmanaged: number;
  /** The next command to type; '' when there is none. */
  readonly next: string;
}

/** The worst first. */
export const severity: readonly Grade[] = [
  'failing',
  'held',
  'rolled back',
  'refused',
  'waiting',
  'leaving',
  'changing',
  'elsewhere',
  'well',
];

export function worstGrade(rows: readonly Pick<Standing, 'grade'>[]): Grade {
  return severity.find((grade) => rows.some((row) => row.grade === grade)) ?? 'well';
}

export function gradeStyle(grade: Grade): Style {
  switch (grade) {
    case 'well':
    case 'elsewhere':
      return 'dim';
    case 'failing':
      return 'bad';
    case 'rolled back':
    case 'waiting':
    case 'held':
    case 'refused':
      return 'warn';
    case 'changing':
    case 'leaving':
      return 'change';
  }
}
