import type { Json } from '@reconcile/core';
import { emptyRecord, lazily, parseJson } from '../json.ts';
import type { Rows } from '../rows.ts';

/** What drivers keep for themselves, by `<driver>/<name>`; parsed when looked at. */
export function listNotes(rows: Rows): Record<string, Json> {
  const notes = emptyRecord<Json>();
  for (const row of rows.all<{ name: string; value_json: string }>('SELECT * FROM note')) {
    lazily(notes, row.name, () => parseJson(row.value_json) ?? null);
  }
  return notes;
}

/** Those of `notes` that differ from what is stored, as text; none: there is nothing to write. */
export function changedNotes(rows: Rows, notes: Readonly<Record<string, Json>>): [string, string][] {
  return Object.entries(notes).flatMap(([name, value]): [string, string][] => {
    const text = JSON.stringify(value);
    const stored = rows.one<{ value_json: string }>('SELECT value_json FROM note WHERE name = ?', name);
    return stored?.value_json === text ? [] : [[name, text]];
  });
}

/** Keeps what changed; the others stay as they are. */
export function putNotes(rows: Rows, notes: Readonly<Record<string, Json>>): void {
  for (const [name, text] of changedNotes(rows, notes))
    rows.run('INSERT OR REPLACE INTO note VALUES (?, ?)', name, text);
}
