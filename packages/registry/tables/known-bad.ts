import type { KnownBad, SlotKey } from '@reconcile/core';
import { emptyRecord } from '../json.ts';
import type { Rows } from '../rows.ts';

export function listKnownBad(rows: Rows): Record<SlotKey, KnownBad[]> {
  const bad = emptyRecord<KnownBad[]>();
  const found = rows.all<{ slot: string; spec_hash: string; image_id: string; reason: string; at: number }>(
    'SELECT * FROM known_bad ORDER BY slot, at',
  );
  for (const row of found) {
    const list = bad[row.slot] ?? [];
    list.push({ specHash: row.spec_hash, imageId: row.image_id, reason: row.reason, at: row.at });
    bad[row.slot] = list;
  }
  return bad;
}

export function addKnownBad(rows: Rows, slot: SlotKey, bad: KnownBad): void {
  rows.run(
    'INSERT OR REPLACE INTO known_bad VALUES (?, ?, ?, ?, ?)',
    slot,
    bad.specHash,
    bad.imageId,
    bad.reason,
    bad.at,
  );
}
