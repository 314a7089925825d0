import type { ResourceKey } from '@reconcile/core';
import { emptyRecord } from '../json.ts';
import type { Rows } from '../rows.ts';

/** `port-lease/<container>/<route>` → port. */
export function listLeases(rows: Rows): Record<ResourceKey, number> {
  const leases = emptyRecord<number>() as Record<ResourceKey, number>;
  for (const row of rows.all<{ key: ResourceKey; port: number }>('SELECT key, port FROM lease'))
    leases[row.key] = row.port;
  return leases;
}

export function putLease(rows: Rows, key: ResourceKey, port: number): void {
  rows.run('INSERT OR REPLACE INTO lease VALUES (?, ?)', key, port);
}

export function deleteLease(rows: Rows, key: ResourceKey): void {
  rows.run('DELETE FROM lease WHERE key = ?', key);
}
