import type { Instant, SlotHistory, SlotKey } from '@reconcile/core';
import { emptyRecord } from '../json.ts';
import type { Rows } from '../rows.ts';

export type Undo = NonNullable<SlotHistory['undo']>;

export function listUndos(rows: Rows): Record<SlotKey, Undo> {
  const undos = emptyRecord<Undo>();
  const found = rows.all<{ slot: string; spec_hash: string; snapshot: string; started: number }>('SELECT * FROM undo');
  for (const { slot, snapshot, spec_hash, started } of found)
    undos[slot] = { specHash: spec_hash, snapshot, started: started === 1 };
  return undos;
}

/** Saved; the version it was saved for did not run yet. */
export function putUndo(rows: Rows, slot: SlotKey, undo: Omit<Undo, 'started'> & { readonly at: Instant }): void {
  rows.run('INSERT OR REPLACE INTO undo VALUES (?, ?, ?, 0, ?)', slot, undo.specHash, undo.snapshot, undo.at);
}

export function startUndo(rows: Rows, slot: SlotKey, specHash: string): void {
  rows.run('UPDATE undo SET started = 1 WHERE slot = ? AND spec_hash = ? AND started = 0', slot, specHash);
}

/** The data is what it is to be: it was brought back, or that version is ready. */
export function endUndo(rows: Rows, slot: SlotKey): void {
  rows.run('DELETE FROM undo WHERE slot = ?', slot);
}

/** The same, for all slots of a service: a person restored its data. */
export function endUndos(rows: Rows, service: string): void {
  rows.run("DELETE FROM undo WHERE slot = ? OR substr(slot, 1, length(?) + 1) = ? || '/'", service, service, service);
}
