import type { Instant, Principal } from '@reconcile/core';
import { parsePrincipal, parseStrings } from '../json.ts';
import type { Rows } from '../rows.ts';

/**
 * What became of a window. `armed`: open, or over and not yet put back. `reverted`: put back, and the commit is held. `released`:
 * somebody asked for that commit again. `confirmed`: it stays.
 */
export type WindowState = 'armed' | 'confirmed' | 'reverted' | 'released';

/** A commit that is tried, and what comes back unless it is confirmed in time. */
export interface ConfirmWindow {
  readonly id: string;
  /** What is tried. */
  readonly commit: string;
  /** What was carried out before it, and comes back. */
  readonly previous: string;
  /** The source's newest commit when it was armed: another one than `commit` where a reference was tried. */
  readonly head: string;
  /** What the tried plan changed: gone again without asking, and shown as held. */
  readonly services: readonly string[];
  readonly slots: readonly string[];
  readonly windowMs: number;
  readonly bootId: string;
  /** `monotonicMs` of that boot: no set clock moves it. */
  readonly deadlineMs: number;
  readonly armedAt: Instant;
  readonly by: Principal;
  readonly state: WindowState;
}

interface Row {
  readonly id: string;
  readonly commit_id: string;
  readonly previous_id: string;
  readonly head_id: string;
  readonly services_json: string;
  readonly slots_json: string;
  readonly window_ms: number;
  readonly boot_id: string;
  readonly deadline_ms: number;
  readonly armed_at: number;
  readonly principal_json: string;
  readonly state: string;
}

const kept = 20;

/** The newest window; older ones count for nothing any more. */
export function lastWindow(rows: Rows): ConfirmWindow | undefined {
  const row = rows.one<Row>('SELECT * FROM confirm ORDER BY turn DESC LIMIT 1');
  return row === undefined
    ? undefined
    : {
        id: row.id,
        commit: row.commit_id,
        previous: row.previous_id,
        head: row.head_id,
        services: parseStrings(row.services_json),
        slots: parseStrings(row.slots_json),
        windowMs: row.window_ms,
        bootId: row.boot_id,
        deadlineMs: row.deadline_ms,
        armedAt: row.armed_at,
        by: parsePrincipal(row.principal_json),
        state: row.state as WindowState,
      };
}

/** Before the first write of what it is about. The last 20 are kept. */
export function armWindow(rows: Rows, window: Omit<ConfirmWindow, 'state'>): void {
  rows.run(
    `INSERT INTO confirm (id, commit_id, previous_id, head_id, services_json, slots_json, window_ms, boot_id, deadline_ms,
       armed_at, principal_json, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'armed')`,
    window.id,
    window.commit,
    window.previous,
    window.head,
    JSON.stringify(window.services),
    JSON.stringify(window.slots),
    window.windowMs,
    window.bootId,
    window.deadlineMs,
    window.armedAt,
    JSON.stringify(window.by),
  );
  rows.run('DELETE FROM confirm WHERE turn NOT IN (SELECT turn FROM confirm ORDER BY turn DESC LIMIT ?)', kept);
}

/** @returns false: it was not in the state `from` any more, and nothing was written */
export function settleWindow(
  rows: Rows,
  id: string,
  { at, from, to }: { from: WindowState; to: WindowState; at: Instant },
): boolean {
  return rows.run('UPDATE confirm SET state = ?, settled_at = ? WHERE id = ? AND state = ?', to, at, id, from) > 0;
}
