import { changes } from './changes.ts';
import type { Ground } from './ground.ts';
import { judge, type Violation } from './oracle.ts';
import { type Run, worldsOf } from './schedule.ts';
import type { Seen } from './seen.ts';
import { origin, renewedBetween, slotsOf, thingsOf } from './world.ts';

/** What one run came to. */
export interface RunEnd {
  /** Faults that were met; 0: the point never came. */
  readonly faults: number;
  /** Passes that had something to do, after the last fault. */
  readonly passes: number;
  readonly violations: readonly Violation[];
}

/** A bug must not turn for ever. */
const mostPasses = 6;

/** The world as it must be, the change, the faults, then passes until one has nothing to do; and what the oracle says. */
export async function perform(run: Run, ground: Ground): Promise<RunEnd> {
  const isFirst = run.changes.includes('first');
  const { from, to } = worldsOf(run, ground.world ?? origin);
  if (!isFirst) await arrange(run, ground);
  for (const name of run.changes) {
    const { harm } = changes[name];
    if (harm !== undefined) await ground.harm(harm);
  }
  const before = await ground.see();
  const commit = await ground.want(to);
  const crashed: Seen[] = [];
  const failures: string[] = [];
  for (const rule of run.rules) {
    const { isCut } = await ground.pass(rule);
    if (!isCut) break;
    crashed.push(await ground.see());
  }
  let passes = 0;
  for (; passes <= mostPasses; passes++) {
    const end = await ground.pass();
    if (passes === 0 || end.failures.length > 0) failures.splice(0, failures.length, ...end.failures);
    else failures.splice(0);
    if (end.done === 0) break;
  }
  const slots = slotsOf(to);
  const renewed = isFirst ? new Set(Object.keys(slots)) : renewedBetween(from, to);
  const expected = { slots, things: thingsOf(to), commit, renewed };
  const after = await ground.see();
  return {
    faults: crashed.length,
    passes,
    violations: judge(expected, { before, crashed, after, passes, failures }),
  };
}

async function arrange(run: Run, ground: Ground): Promise<void> {
  const { from } = worldsOf(run, ground.world ?? origin);
  for (const name of run.changes) {
    const { via } = changes[name];
    if (via !== undefined) await ground.arrange(via(ground.world ?? origin));
  }
  if (JSON.stringify(ground.world) !== JSON.stringify(from)) await ground.arrange(from);
}
