import type { Health, Instant, ResourceKey } from '@reconcile/core';
import type { Rows } from '../rows.ts';

export interface HealthNote {
  readonly key: ResourceKey;
  readonly state: Health;
  readonly message: string;
  readonly at: Instant;
}

const keptPerKey = 20;

/** Latest of each container in its record; here, the turns it took. */
export function listHealth(rows: Rows, key: ResourceKey, limit = keptPerKey): HealthNote[] {
  return rows.all<HealthNote>(
    'SELECT key, state, message, at FROM health WHERE key = ? ORDER BY id DESC LIMIT ?',
    key,
    limit,
  );
}

/** Has this state been noted already? Asked before writing, so that a quiet pass writes nothing. */
export function healthChanged(rows: Rows, note: HealthNote): boolean {
  return listHealth(rows, note.key, 1)[0]?.state !== note.state;
}

/** Notes a change; the same state again changes nothing. */
export function noteHealth(rows: Rows, note: HealthNote): void {
  markContainer(rows, note);
  if (!healthChanged(rows, note)) return;
  rows.run(
    'INSERT INTO health (key, state, message, at) VALUES (?, ?, ?, ?)',
    note.key,
    note.state,
    note.message,
    note.at,
  );
  rows.run(
    'DELETE FROM health WHERE key = ? AND id NOT IN (SELECT id FROM health WHERE key = ? ORDER BY id DESC LIMIT ?)',
    note.key,
    note.key,
    keptPerKey,
  );
}

/** The container of that name may have been made anew since its last note: its own row decides, not the last note. */
function markContainer(rows: Rows, note: HealthNote): void {
  if (!note.key.startsWith('container/')) return;
  rows.run(
    'UPDATE container_spec SET health = ?, health_at = ? WHERE name = ? AND health IS NOT ?',
    note.state,
    note.at,
    note.key.slice('container/'.length),
    note.state,
  );
}
