import type { JobMark, SlotKey } from '@reconcile/core';
import { emptyRecord } from '../json.ts';
import type { Rows } from '../rows.ts';

export function listJobs(rows: Rows): Record<SlotKey, JobMark> {
  const jobs = emptyRecord<JobMark>();
  const found = rows.all<{ slot: string; mark: string; exit_code: number; started_at: number; finished_at: number }>(
    'SELECT * FROM job',
  );
  for (const row of found) {
    jobs[row.slot] = {
      mark: row.mark,
      exitCode: row.exit_code,
      startedAt: row.started_at,
      finishedAt: row.finished_at,
    };
  }
  return jobs;
}

export function putJob(rows: Rows, slot: SlotKey, mark: JobMark): void {
  rows.run(
    'INSERT OR REPLACE INTO job VALUES (?, ?, ?, ?, ?)',
    slot,
    mark.mark,
    mark.exitCode,
    mark.startedAt,
    mark.finishedAt,
  );
}
