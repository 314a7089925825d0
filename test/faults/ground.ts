import type { GroundName } from './points.ts';
import type { Seen } from './seen.ts';
import type { World } from './world.ts';

/** What one pass came to. */
export interface PassEnd {
  /** The fault ended it. */
  readonly isCut: boolean;
  /** Actions it did; of no meaning when it was cut. */
  readonly done: number;
  /** Why it did not end with nothing left to do. */
  readonly failures: readonly string[];
}

/** A node on which the bench plays: podman in memory, or for real. */
export interface Ground {
  readonly name: GroundName;
  /** What it converged to last; undefined: it is still empty. */
  readonly world: World | undefined;
  /** Becomes a world, without faults. @throws when it does not get there */
  arrange(world: World): Promise<void>;
  /** Asks for a world from now on. @returns the commit */
  want(world: World): Promise<string>;
  /** Does harm behind our back. */
  harm(what: 'certificate'): Promise<void>;
  /** One pass, in a process of its own or as if. `rule` as in RECONCILE_FAILPOINT. */
  pass(rule?: string): Promise<PassEnd>;
  see(): Promise<Seen>;
  /** Between two runs: takes away what no run needs any more. */
  rest(): Promise<void>;
  close(): Promise<void>;
}
