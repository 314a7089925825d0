import { FakeGround } from './fake-ground.ts';
import type { Ground } from './ground.ts';
import type { LedgerRow } from './ledger.ts';
import { perform, type RunEnd } from './perform.ts';
import { type GroundName, pointsOf } from './points.ts';
import { type Run, runOf } from './schedule.ts';

export interface CampaignOptions {
  readonly on: GroundName;
  /** Of points, with `*`; '' is all of them. */
  readonly points: string;
  readonly seed: number;
  readonly runs: number;
  /** After these many seconds no further run is begun. */
  readonly seconds: number;
  readonly ended: (row: LedgerRow) => void;
}

/**
 * In memory a world serves so many runs, those with neighbouring seeds, and the replay of one begins with those before it. A
 * real one is too dear for that: it serves until something broke in it, and runs depend on it by their versions only.
 */
const runsOfWorld = { fake: 20, podman: Number.POSITIVE_INFINITY } as const;

/** Runs with seeds one after the other. @returns how many broke something */
export async function campaign(options: CampaignOptions): Promise<number> {
  const { on, runs, seed: first } = options;
  const points = pointsOf(on, options.points);
  const until = performance.now() + options.seconds * 1000;
  const grounds = new Grounds(on);
  let broken = 0;
  try {
    for (let seed = beginningOf(first, on); seed < first + runs && performance.now() < until; seed++) {
      const run = runOf(seed, points, on);
      const startedAt = performance.now();
      const end = await grounds.perform(run);
      if (seed < first) continue;
      if (end.violations.length > 0) broken++;
      const { changes, point, rules } = run;
      const tookMs = Math.round(performance.now() - startedAt);
      options.ended({ on, points: options.points, seed, point: point.name, rules, changes, tookMs, ...end });
    }
    return broken;
  } finally {
    await grounds.close();
  }
}

/** Seed with which the world began that a run plays in. */
function beginningOf(seed: number, on: GroundName): number {
  return on === 'fake' ? seed - (seed % runsOfWorld.fake) : seed;
}

class Grounds {
  readonly #on: GroundName;
  #ground: Ground | undefined;

  constructor(on: GroundName) {
    this.#on = on;
  }

  /** A run that broke its world ends with it. */
  async perform(run: Run): Promise<RunEnd> {
    if (run.seed % runsOfWorld[this.#on] === 0 || run.changes.includes('first')) await this.close();
    try {
      this.#ground ??= await makeGround(this.#on);
      const end = await perform(run, this.#ground);
      if (end.violations.length > 0) await this.close();
      else await this.#ground.rest();
      return end;
    } catch (error) {
      await this.close();
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return { faults: 0, passes: 0, violations: [{ kind: 'failed', message }] };
    }
  }

  async close(): Promise<void> {
    await this.#ground?.close();
    this.#ground = undefined;
  }
}

async function makeGround(on: GroundName): Promise<Ground> {
  if (on === 'fake') return FakeGround.make();
  const { PodmanGround } = await import('./podman-ground.ts');
  return PodmanGround.make();
}
