import type { Instant, Principal } from '@reconcile/core';
import type { Rows } from '../rows.ts';

/** Holds a person has released and no pass has used yet. */
export function listReleasedHolds(rows: Rows): string[] {
  return rows.all<{ id: string }>('SELECT id FROM hold_release WHERE used_at IS NULL ORDER BY id').map(({ id }) => id);
}

/** `--confirm ID`: counts for the next pass that would carry it out, once. */
export function releaseHold(rows: Rows, id: string, release: { at: Instant; by: Principal }): void {
  rows.run(
    'INSERT OR REPLACE INTO hold_release (id, at, principal_json, used_at) VALUES (?, ?, ?, NULL)',
    id,
    release.at,
    JSON.stringify(release.by),
  );
}

export function useHold(rows: Rows, id: string, at: Instant): void {
  rows.run('UPDATE hold_release SET used_at = ? WHERE id = ? AND used_at IS NULL', at, id);
}
