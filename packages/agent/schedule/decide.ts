import type { Instant, Override, SlotKey } from '@reconcile/core';
import type { ScheduleRow } from '@reconcile/registry';
import { lastDue, nextDue } from './cron.ts';
import { isHeld, type ScheduledJob } from './jobs.ts';

/** What is known of the jobs of this node at one moment. */
export interface Known {
  readonly jobs: readonly ScheduledJob[];
  readonly schedules: Readonly<Record<SlotKey, ScheduleRow>>;
  /** Job → how many of its runs were asked for and have not ended. */
  readonly open: ReadonlyMap<SlotKey, number>;
  readonly overrides: readonly Pick<Override, 'target'>[];
  readonly now: Instant;
}

/** What one schedule comes to. `act` absent: only how far it was gone by is written down. */
export interface Decision {
  readonly slot: SlotKey;
  readonly row: ScheduleRow;
  readonly act?: 'run' | 'catch-up' | 'replace';
}

/** Until then a run is on time: an agent that is begun anew within it has missed nothing, ms. */
const onTimeMs = 60_000;
/** A clock that was so far ahead was wrong: what is due by the right one is not left out for it, ms. */
const wrongClockMs = 24 * 3_600_000;

/** What is due now, and what became of it; of schedules that nothing is due of, nothing. Pure. */
export function decide(known: Known): Decision[] {
  return known.jobs.flatMap((job) => decideOne(job, known) ?? []);
}

/** When something is due next; undefined: nothing ever is. What is frozen or stopped is not waited for. Pure. */
export function nextOf({ jobs, now, overrides, schedules }: Known): Instant | undefined {
  const times = jobs.flatMap((job) => {
    if (isHeld(job, overrides)) return [];
    const row = schedules[job.slot];
    return nextDue(job.spec, row?.line === lineOf(job) ? row.goneByAt : now) ?? [];
  });
  return times.length === 0 ? undefined : Math.min(...times);
}

function decideOne(job: ScheduledJob, { now, open, overrides, schedules }: Known): Decision | undefined {
  const { slot, spec } = job;
  const line = lineOf(job);
  const before = schedules[slot];
  // What was due before it was declared, or by another schedule, is none of it.
  if (before?.line !== line || before.goneByAt - now > wrongClockMs) return { slot, row: { line, goneByAt: now } };
  if (isHeld(job, overrides)) return undefined;
  const dueAt = lastDue(spec, now);
  if (dueAt === undefined || dueAt <= before.goneByAt) return undefined;
  const { missedAt: _missed, skippedAt: _skipped, ...rest } = before;
  const row = { ...rest, goneByAt: dueAt };
  const isLate = now - dueAt > onTimeMs;
  if (isLate && !spec.catchUp) return { slot, row: { ...row, missedAt: dueAt } };
  const running = open.get(slot) ?? 0;
  const skipped = { slot, row: { ...row, skippedAt: dueAt } };
  if (running === 0) return { slot, row, act: isLate ? 'catch-up' : 'run' };
  switch (spec.overlap) {
    case 'skip':
      return skipped;
    case 'queue':
      return running > 1 ? skipped : { slot, row, act: isLate ? 'catch-up' : 'run' };
    case 'replace':
      return { slot, row, act: 'replace' };
  }
}

function lineOf({ spec }: ScheduledJob): string {
  return `${spec.timezone} ${spec.schedule}`;
}
