import type { Instant, SourceSnapshot, SourceWarning } from '@reconcile/core';
import { parseJson, parseStrings } from '../json.ts';
import type { Rows } from '../rows.ts';

/** All of a stored snapshot but its files. */
export type SnapshotRow = Omit<SourceSnapshot, 'files'> & {
  /** Packed bytes of its files. */
  readonly bytes: number;
  readonly parts: number;
  /** It parsed and compiled. */
  readonly good: boolean;
};

/** How many are kept, besides the last good one. */
const kept = 20;

interface Row {
  readonly commit_id: string;
  readonly source: string;
  readonly message: string;
  readonly author: string;
  readonly at: number;
  readonly allows_json: string;
  readonly warnings_json: string;
  readonly bytes: number;
  readonly parts: number;
  readonly good: number;
}

function fromRow(row: Row): SnapshotRow {
  const warnings = parseJson(row.warnings_json);
  return {
    source: row.source as SourceSnapshot['source'],
    commit: row.commit_id,
    message: row.message,
    author: row.author,
    at: row.at,
    allows: parseStrings(row.allows_json),
    warnings: Array.isArray(warnings) ? (warnings as unknown as SourceWarning[]) : [],
    bytes: row.bytes,
    parts: row.parts,
    good: row.good > 0,
  };
}

export function readSnapshot(rows: Rows, commit: string): SnapshotRow | undefined {
  const row = rows.one<Row>('SELECT * FROM snapshot WHERE commit_id = ?', commit);
  return row === undefined ? undefined : fromRow(row);
}

/** Newest first. */
export function listSnapshots(rows: Rows): SnapshotRow[] {
  return rows.all<Row>('SELECT * FROM snapshot ORDER BY turn DESC').map(fromRow);
}

/** The one that last parsed and compiled: what a node without its source goes on with. */
export function lastGoodSnapshot(rows: Rows): SnapshotRow | undefined {
  const row = rows.one<Row>('SELECT * FROM snapshot WHERE good > 0 ORDER BY good DESC LIMIT 1');
  return row === undefined ? undefined : fromRow(row);
}

/** Writes nothing when it is the last good one already. */
export function markSnapshotGood(rows: Rows, commit: string): void {
  if (lastGoodSnapshot(rows)?.commit === commit) return;
  rows.run('UPDATE snapshot SET good = 1 + (SELECT max(good) FROM snapshot) WHERE commit_id = ?', commit);
}

/** One piece of the packed files; pieces come before their row, which makes them count. */
export function putSnapshotPart(rows: Rows, commit: string, part: { n: number; bytes: Uint8Array }): void {
  rows.run('INSERT OR REPLACE INTO snapshot_part VALUES (?, ?, ?)', commit, part.n, part.bytes);
}

export function putSnapshot(rows: Rows, snapshot: SourceSnapshot, packed: { bytes: number; parts: number }): void {
  rows.run(
    `INSERT OR IGNORE INTO snapshot (commit_id, source, message, author, at, allows_json, warnings_json, bytes, parts)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    snapshot.commit,
    snapshot.source,
    snapshot.message,
    snapshot.author,
    snapshot.at,
    JSON.stringify(snapshot.allows),
    JSON.stringify(snapshot.warnings),
    packed.bytes,
    packed.parts,
  );
}

/** undefined: pieces are missing. */
export function readPackedFiles(rows: Rows, snapshot: SnapshotRow): Uint8Array | undefined {
  const parts = rows.all<{ bytes: Uint8Array }>(
    'SELECT bytes FROM snapshot_part WHERE commit_id = ? ORDER BY n',
    snapshot.commit,
  );
  const packed = Buffer.concat(parts.map(({ bytes }) => bytes));
  return parts.length === snapshot.parts && packed.byteLength === snapshot.bytes ? packed : undefined;
}

/**
 * Drops all but the last 20, with what hangs on them. Kept besides: the last good one, what this node last converged on, and both
 * sides of a change that is being tried: what somebody may want back.
 */
export function pruneSnapshots(rows: Rows): void {
  const good = lastGoodSnapshot(rows)?.commit ?? '';
  const gone = rows.run(
    `DELETE FROM snapshot WHERE commit_id != ? AND turn NOT IN (SELECT turn FROM snapshot ORDER BY turn DESC LIMIT ?)
       AND commit_id NOT IN (SELECT commit_id FROM generation WHERE converged_at IS NOT NULL ORDER BY number DESC LIMIT 1)
       AND commit_id NOT IN (SELECT commit_id FROM confirm WHERE turn = (SELECT max(turn) FROM confirm))
       AND commit_id NOT IN (SELECT previous_id FROM confirm WHERE turn = (SELECT max(turn) FROM confirm))`,
    good,
    kept,
  );
  if (gone === 0) return;
  rows.run('DELETE FROM snapshot_part WHERE commit_id NOT IN (SELECT commit_id FROM snapshot)');
  rows.run('DELETE FROM compiled WHERE commit_id NOT IN (SELECT commit_id FROM snapshot)');
}

/** What a compiled definition depends on: the snapshot, what the node says of itself, and our own version of the shape. */
export interface CompiledKey {
  readonly commit: string;
  /** Hash of the node's facts. */
  readonly facts: string;
  readonly schema: number;
}

const compiledKept = 4;

/** The text of what was compiled; undefined: compile it. */
export function readCompiled(rows: Rows, key: CompiledKey): string | undefined {
  return rows.one<{ desired_json: string }>(
    'SELECT desired_json FROM compiled WHERE commit_id = ? AND facts = ? AND schema = ?',
    key.commit,
    key.facts,
    key.schema,
  )?.desired_json;
}

/** Keeps the newest four: a cache, not a record. */
export function putCompiled(rows: Rows, key: CompiledKey, compiled: { text: string; at: Instant }): void {
  rows.run(
    'INSERT OR REPLACE INTO compiled VALUES (?, ?, ?, ?, ?)',
    key.commit,
    key.facts,
    key.schema,
    compiled.at,
    compiled.text,
  );
  rows.run(
    'DELETE FROM compiled WHERE rowid NOT IN (SELECT rowid FROM compiled ORDER BY at DESC, rowid DESC LIMIT ?)',
    compiledKept,
  );
}
