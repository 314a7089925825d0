import type { DataRecord, Instant } from '@reconcile/core';
import { emptyRecord } from '../json.ts';
import type { Rows } from '../rows.ts';

/** Volume name or host path → whose data lies there (specs/0017). */
export function listVolumes(rows: Rows): Record<string, DataRecord> {
  const volumes = emptyRecord<DataRecord>();
  const found = rows.all<{ name: string; identity: string; non_empty: number }>(
    'SELECT name, identity, non_empty FROM volume',
  );
  for (const { identity, name, non_empty } of found) volumes[name] = { identity, nonEmpty: non_empty === 1 };
  return volumes;
}

/** What it is from now on. Whether that may be said is decided before: of what held something, by a person alone. */
export function putVolume(rows: Rows, name: string, { at, identity, nonEmpty }: DataRecord & { at: Instant }): void {
  rows.run('INSERT OR REPLACE INTO volume VALUES (?, ?, ?, ?)', name, identity, nonEmpty ? 1 : 0, at);
}

export function forgetVolume(rows: Rows, name: string): void {
  rows.run('DELETE FROM volume WHERE name = ?', name);
}
