import type { Attempt, Instant } from '@reconcile/core';
import { emptyRecord } from '../json.ts';
import type { Rows } from '../rows.ts';

export function listAttempts(rows: Rows): Record<string, Attempt> {
  const attempts = emptyRecord<Attempt>();
  const found = rows.all<{ key: string; failures: number; last_at: number; code: string; message: string }>(
    'SELECT * FROM attempt',
  );
  for (const row of found) {
    attempts[row.key] = { failures: row.failures, lastAt: row.last_at, code: row.code, message: row.message };
  }
  return attempts;
}

/** One more failure in a row. */
export function addAttempt(rows: Rows, key: string, failure: { at: Instant; code: string; message: string }): void {
  rows.run(
    `INSERT INTO attempt VALUES (?, 1, ?, ?, ?) ON CONFLICT (key) DO UPDATE
     SET failures = failures + 1, last_at = excluded.last_at, code = excluded.code, message = excluded.message`,
    key,
    failure.at,
    failure.code,
    failure.message,
  );
}

export function clearAttempt(rows: Rows, key: string): void {
  rows.run('DELETE FROM attempt WHERE key = ?', key);
}
