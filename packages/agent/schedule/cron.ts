import type { Instant } from '@reconcile/core';
import type { JobSpec } from '@reconcile/core/kinds/job';
import { Cron } from 'croner';

/** When a job is due: a cron line in a time zone. */
export type Schedule = Pick<JobSpec, 'schedule' | 'timezone'>;

/**
 * The first time after `after` at which it is due; undefined: there is none (`0 0 31 2 *`). Where clocks are put forward, a fixed
 * time that does not exist is due as soon as they were; where they are put back, a fixed time is due once, the first time, and a
 * wildcard in both hours, as cron(8) has it (croner 11.0.1, `fixedTimeRule`; cron.test.ts).
 */
export function nextDue(of: Schedule, after: Instant): Instant | undefined {
  return parsed(of).nextRun(new Date(after))?.getTime();
}

/** The last time until `until`, that included, at which it was due; undefined: it never was. */
export function lastDue(of: Schedule, until: Instant): Instant | undefined {
  return parsed(of)
    .previousRuns(1, new Date(until + 1))[0]
    ?.getTime();
}

/** Parsing takes a quarter of a millisecond, and the same schedules are asked about after each pass. */
const known = new Map<string, Cron>();
const mostKnown = 1000;

function parsed({ schedule, timezone }: Schedule): Cron {
  const name = `${timezone} ${schedule}`;
  const before = known.get(name);
  if (before !== undefined) return before;
  // `5/15` is in crontabs everywhere, and spec takes it.
  const made = new Cron(schedule, { timezone, mode: '5-part', sloppyRanges: true });
  if (known.size >= mostKnown) known.clear();
  known.set(name, made);
  return made;
}
