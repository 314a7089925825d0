import type { Instant, Pin } from '@reconcile/core';
import { emptyRecord } from '../json.ts';
import type { Rows } from '../rows.ts';

interface Row {
  readonly ref: string;
  readonly image_id: string;
  readonly digest: string | null;
}

function fromRow(row: Row): Pin {
  return { imageId: row.image_id, ...(row.digest === null ? {} : { digest: row.digest }) };
}

/** Image reference → what it meant when it was first used. */
export function listPins(rows: Rows): Record<string, Pin> {
  const pins = emptyRecord<Pin>();
  for (const row of rows.all<Row>('SELECT ref, image_id, digest FROM pin')) pins[row.ref] = fromRow(row);
  return pins;
}

export function readPin(rows: Rows, ref: string): Pin | undefined {
  const row = rows.one<Row>('SELECT ref, image_id, digest FROM pin WHERE ref = ?', ref);
  return row === undefined ? undefined : fromRow(row);
}

export function putPin(rows: Rows, ref: string, pin: Pin & { readonly at: Instant }): void {
  rows.run('INSERT OR REPLACE INTO pin VALUES (?, ?, ?, ?)', ref, pin.imageId, pin.digest ?? null, pin.at);
}
