import type { ImageRecord, Instant } from '@reconcile/core';
import { emptyRecord, parseStrings } from '../json.ts';
import type { Rows } from '../rows.ts';

interface Row {
  readonly ref: string;
  readonly image_id: string;
  readonly services_json: string;
  readonly at: number;
}

/** Reference → the image that we pulled or built under it. */
export function listImages(rows: Rows): Record<string, ImageRecord> {
  const images = emptyRecord<ImageRecord>();
  for (const row of rows.all<Row>('SELECT * FROM image'))
    images[row.ref] = { imageId: row.image_id, services: parseStrings(row.services_json), at: row.at };
  return images;
}

export function putImage(
  rows: Rows,
  ref: string,
  made: { imageId: string; services: readonly string[]; at: Instant },
): void {
  rows.run(
    'INSERT OR REPLACE INTO image VALUES (?, ?, ?, ?)',
    ref,
    made.imageId,
    JSON.stringify(made.services),
    made.at,
  );
}

/** It is gone, or somebody else counts on it: either way no longer ours to remove. */
export function deleteImage(rows: Rows, ref: string): void {
  rows.run('DELETE FROM image WHERE ref = ?', ref);
}
