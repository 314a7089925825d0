import type { Instant, Principal, SlotKey } from '@reconcile/core';
import { parsePrincipal } from '../json.ts';
import type { Rows } from '../rows.ts';

/** What can happen to a slot, for `history S`. */
export type HistoryWhat =
  | 'created'
  | 'started'
  | 'ready'
  | 'not-ready'
  | 'rolled-back'
  | 'signalled'
  | 'stopped'
  | 'removed'
  | 'ran'
  | 'saved'
  | 'restored'
  | 'failed';

export interface HistoryEntry {
  readonly at: Instant;
  readonly slot: SlotKey;
  readonly what: HistoryWhat;
  readonly commit: string;
  /** Image before, '' when there was none or it does not matter. */
  readonly from: string;
  readonly to: string;
  readonly why: string;
  readonly by: Principal;
}

const mostEntries = 20_000;
const batch = 500;

interface Row {
  readonly at: number;
  readonly slot: string;
  readonly what: string;
  readonly commit_id: string;
  readonly from_text: string;
  readonly to_text: string;
  readonly why: string;
  readonly principal_json: string;
}

export function addHistory(rows: Rows, entry: HistoryEntry): void {
  rows.run(
    'INSERT INTO history (at, slot, what, commit_id, from_text, to_text, why, principal_json) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    entry.at,
    entry.slot,
    entry.what,
    entry.commit,
    entry.from,
    entry.to,
    entry.why,
    JSON.stringify(entry.by),
  );
}

/** Newest first. `slot`: one slot, or a service, then of all its slots. */
export function listHistory(rows: Rows, query: { slot?: string; limit?: number } = {}): HistoryEntry[] {
  const of = query.slot === undefined ? '' : 'WHERE slot = ? OR (slot > ? AND slot < ?)';
  const { slot } = query;
  const found = rows.all<Row>(
    `SELECT * FROM history ${of} ORDER BY id DESC LIMIT ?`,
    ...(slot === undefined ? [] : [slot, `${slot}/`, `${slot}0`]),
    query.limit ?? 100,
  );
  return found.map((row) => ({
    at: row.at,
    slot: row.slot,
    what: row.what as HistoryWhat,
    commit: row.commit_id,
    from: row.from_text,
    to: row.to_text,
    why: row.why,
    by: parsePrincipal(row.principal_json),
  }));
}

/** Deletes the oldest beyond 20,000, at most 500 at once. @returns how many; 500: there may be more */
export function pruneHistory(rows: Rows): number {
  const newest = rows.one<{ id: number | null }>('SELECT max(id) AS id FROM history')?.id ?? 0;
  return rows.run(
    'DELETE FROM history WHERE id IN (SELECT id FROM history WHERE id <= ? ORDER BY id LIMIT ?)',
    newest - mostEntries,
    batch,
  );
}
