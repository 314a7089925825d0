import type { Instant, SlotKey } from '@reconcile/core';
import { emptyRecord } from '../json.ts';
import type { Rows } from '../rows.ts';

/** How far a schedule was gone by. */
export interface ScheduleRow {
  /** Time zone and cron line it was for. */
  readonly line: string;
  /** What was due until then is dealt with. */
  readonly goneByAt: Instant;
  /** The last time that passed with nobody there, or frozen, and that nothing makes up for. */
  readonly missedAt?: Instant;
  /** The last time that was left out since a run went on. */
  readonly skippedAt?: Instant;
}

export function listSchedules(rows: Rows): Record<SlotKey, ScheduleRow> {
  const schedules = emptyRecord<ScheduleRow>();
  for (const row of rows.all<{
    slot: string;
    line: string;
    gone_by_at: number;
    missed_at: number | null;
    skipped_at: number | null;
  }>('SELECT * FROM job_schedule')) {
    schedules[row.slot] = {
      line: row.line,
      goneByAt: row.gone_by_at,
      ...(row.missed_at === null ? {} : { missedAt: row.missed_at }),
      ...(row.skipped_at === null ? {} : { skippedAt: row.skipped_at }),
    };
  }
  return schedules;
}

export function putSchedule(rows: Rows, slot: SlotKey, { goneByAt, line, missedAt, skippedAt }: ScheduleRow): void {
  rows.run(
    'INSERT OR REPLACE INTO job_schedule VALUES (?, ?, ?, ?, ?)',
    slot,
    line,
    goneByAt,
    missedAt ?? null,
    skippedAt ?? null,
  );
}
