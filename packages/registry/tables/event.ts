import type { Event, Instant } from '@reconcile/core';
import { parseObject } from '../json.ts';
import type { Rows } from '../rows.ts';

export interface StoredEvent {
  /** Grows; what a reader resumes after. */
  readonly id: number;
  readonly v: number;
  readonly event: Event;
}

export interface EventQuery {
  /** Only events with a greater id. */
  readonly after?: number;
  /** A slot, or a service: then of all its slots. */
  readonly slot?: string;
  /** The newest this many. */
  readonly limit?: number;
}

const mostEvents = 50_000;
const longestMs = 30 * 24 * 3_600_000;
const batch = 500;

export function addEvents(rows: Rows, events: readonly Event[]): void {
  for (const event of events) {
    const slot = 'slot' in event ? event.slot : null;
    rows.run(
      'INSERT INTO event (v, at, cycle, type, slot, event_json) VALUES (1, ?, ?, ?, ?, ?)',
      event.at,
      event.cycleId,
      event.type,
      slot,
      JSON.stringify(event),
    );
  }
}

/** Oldest first. */
export function listEvents(rows: Rows, query: EventQuery = {}): StoredEvent[] {
  const of = query.slot === undefined ? '' : 'AND (slot = ? OR (slot > ? AND slot < ?))';
  const { slot } = query;
  const found = rows.all<{ id: number; v: number; event_json: string }>(
    `SELECT id, v, event_json FROM event WHERE id > ? ${of} ORDER BY id DESC LIMIT ?`,
    query.after ?? 0,
    ...(slot === undefined ? [] : [slot, `${slot}/`, `${slot}0`]),
    query.limit ?? 200,
  );
  return found.reverse().flatMap((row) => {
    const event = parseObject<Event>(row.event_json);
    return event === undefined ? [] : [{ id: row.id, v: row.v, event }];
  });
}

/** Deletes the oldest beyond 50,000 rows or 30 days, at most 500 at once. @returns how many; 500: there may be more */
export function pruneEvents(rows: Rows, now: Instant): number {
  const newest = rows.one<{ id: number | null }>('SELECT max(id) AS id FROM event')?.id ?? 0;
  return rows.run(
    'DELETE FROM event WHERE id IN (SELECT id FROM event WHERE id <= ? OR at < ? ORDER BY id LIMIT ?)',
    newest - mostEvents,
    now - longestMs,
    batch,
  );
}
