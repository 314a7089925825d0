import type { SourceSnapshot } from '@reconcile/core';
import { packFiles, unpackFiles } from './archive.ts';
import type { Registry } from './registry.ts';
import { pruneSnapshots, putSnapshot, putSnapshotPart, readPackedFiles, readSnapshot } from './tables/snapshot.ts';

/** A larger insert would block the event loop; each piece is a transaction of its own. */
const partBytes = 1024 * 1024;

/** Stores a snapshot once; the same commit again writes nothing. Interrupted anywhere, it was not stored. */
export async function saveSnapshot(registry: Registry, snapshot: SourceSnapshot): Promise<void> {
  const { commit } = snapshot;
  if (registry.read((rows) => readSnapshot(rows, commit)) !== undefined) return;
  const packed = await packFiles(snapshot.files);
  const parts = Math.max(1, Math.ceil(packed.byteLength / partBytes));
  for (let n = 0; n < parts; n++) {
    const bytes = packed.subarray(n * partBytes, (n + 1) * partBytes);
    await registry.write((rows) => {
      putSnapshotPart(rows, commit, { n, bytes });
      if (n < parts - 1) return;
      putSnapshot(rows, snapshot, { bytes: packed.byteLength, parts });
      pruneSnapshots(rows);
    });
  }
}

/** A stored snapshot with its files; undefined: not there, or damaged. */
export async function loadSnapshot(registry: Registry, commit: string): Promise<SourceSnapshot | undefined> {
  const found = registry.read((rows) => {
    const row = readSnapshot(rows, commit);
    return row === undefined ? undefined : { row, packed: readPackedFiles(rows, row) };
  });
  if (found?.packed === undefined) return undefined;
  const files = await unpackFiles(found.packed);
  if (files === undefined) return undefined;
  const { bytes: _bytes, parts: _parts, good: _good, ...rest } = found.row;
  return { ...rest, files };
}
