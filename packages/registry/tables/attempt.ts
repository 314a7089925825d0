import type { Attempt, Instant, ResourceKey } from '@reconcile/core';
import { emptyRecord } from '../json.ts';
import type { Rows } from '../rows.ts';

export function listAttempts(rows: Rows): Record<string, Attempt> {
  const attempts = emptyRecord<Attempt>();
  const found = rows.all<{
    key: string;
    of_key: ResourceKey;
    failures: number;
    last_at: number;
    code: string;
    message: string;
  }>('SELECT * FROM attempt');
  for (const row of found) {
    attempts[row.key] = {
      of: row.of_key,
      failures: row.failures,
      lastAt: row.last_at,
      code: row.code,
      message: row.message,
    };
  }
  return attempts;
}

/** One more failure in a row; the first of another version starts a new row. */
export function addAttempt(
  rows: Rows,
  key: string,
  failure: { of: ResourceKey; at: Instant; code: string; message: string },
): void {
  rows.run(
    `INSERT INTO attempt (key, of_key, failures, last_at, code, message) VALUES (?, ?, 1, ?, ?, ?) ON CONFLICT (key) DO UPDATE
     SET failures = iif(of_key = excluded.of_key, failures + 1, 1), of_key = excluded.of_key,
       last_at = excluded.last_at, code = excluded.code, message = excluded.message`,
    key,
    failure.of,
    failure.at,
    failure.code,
    failure.message,
  );
}

export function clearAttempt(rows: Rows, key: string): void {
  rows.run('DELETE FROM attempt WHERE key = ?', key);
}
