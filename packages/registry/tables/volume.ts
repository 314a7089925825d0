import type { Instant } from '@reconcile/core';
import { emptyRecord } from '../json.ts';
import type { Rows } from '../rows.ts';

/** Volume name or host path → `<device>:<inode>` when first seen. */
export function listVolumes(rows: Rows): Record<string, string> {
  const volumes = emptyRecord<string>();
  for (const row of rows.all<{ name: string; identity: string }>('SELECT name, identity FROM volume'))
    volumes[row.name] = row.identity;
  return volumes;
}

/** The first sight counts, and that it once held something: a later, different one is for a person to judge, never for us to take over. */
export function seeVolume(rows: Rows, name: string, seen: { identity: string; nonEmpty: boolean; at: Instant }): void {
  rows.run(
    `INSERT INTO volume VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE
     SET non_empty = 1 WHERE excluded.non_empty = 1 AND non_empty = 0 AND identity = excluded.identity`,
    name,
    seen.identity,
    seen.nonEmpty ? 1 : 0,
    seen.at,
  );
}
