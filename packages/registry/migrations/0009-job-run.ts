/** Runs of jobs, also those that did not come to their end, and up to when each schedule was gone by (specs/0058). */
export const jobRun = `
CREATE TABLE job_run (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  slot TEXT NOT NULL,
  run TEXT NOT NULL,
  trigger TEXT NOT NULL,
  boot_id TEXT NOT NULL,
  begun_at INTEGER NOT NULL,
  ended_at INTEGER,
  exit_code INTEGER,
  outcome TEXT NOT NULL
) STRICT;
CREATE INDEX job_run_by_slot ON job_run (slot, id);
CREATE TABLE job_schedule (
  slot TEXT PRIMARY KEY,
  line TEXT NOT NULL,
  gone_by_at INTEGER NOT NULL,
  missed_at INTEGER,
  skipped_at INTEGER
) STRICT, WITHOUT ROWID;
`;
