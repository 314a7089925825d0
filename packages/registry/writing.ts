import { accessSync, closeSync, constants, existsSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { checkWhole, type RegistryNotice, setAside } from './damage.ts';
import { fail } from './errors.ts';
import { migrate } from './migrate.ts';
import { type Connection, connect } from './native.ts';
import { Damage, isDamage } from './sqlite-error.ts';

/** Longest a statement may wait inside SQLite, ms; the rest of the waiting is done on the event loop. */
const busyMs = 10;

export interface WritingOptions {
  readonly nativeBinding: string | undefined;
  /** Told of a damaged file once it is out of the way. */
  onDamage(notice: RegistryNotice): void;
}

/** Opens a registry for writing, making it when missing or damaged. @throws REGISTRY_NEWER, SQLite's errors */
export function openForWriting(path: string, options: WritingOptions): Connection {
  let db: Connection | undefined;
  try {
    prepareFiles(path);
    const left = sizeOf(`${path}-wal`);
    // SQLite would take an emptied file for a new one and drop the log beside it.
    if (sizeOf(path) === 0 && left > 0) throw new Damage('the file is empty, its log is not');
    db = connect(
      path,
      options.nativeBinding === undefined ? { busyMs } : { busyMs, nativeBinding: options.nativeBinding },
    );
    settings(db, path);
    // A log with something in it: the last writer did not close. Its last commits are replayed; look at all of it once.
    if (left > 0) checkWhole(db);
    migrate(db);
    return db;
  } catch (error) {
    if (!isDamage(error) && !claimsReadOnly(error, path)) {
      db?.close();
      throw error;
    }
    options.onDamage(setAside(path, error, db));
    return openForWriting(path, options);
  }
}

/**
 * Of the connection, so on every open: a reopened WAL database has synchronous = NORMAL (better-sqlite3 is built with
 * SQLITE_DEFAULT_WAL_SYNCHRONOUS=1), with which power loss takes acknowledged commits.
 */
function settings(db: Connection, path: string): void {
  const journal = db.pragma('journal_mode = WAL', { simple: true });
  db.pragma('synchronous = FULL');
  db.pragma('foreign_keys = ON');
  db.pragma('cell_size_check = ON');
  if (journal !== 'wal' || db.pragma('synchronous', { simple: true }) !== 2) {
    throw fail('REGISTRY_FAILED', {
      message: 'open registry',
      key: path,
      wanted: 'a write-ahead log with synchronous = FULL',
      actual: `journal ${journal}`,
      hint: 'state_dir must lie on a local disk',
    });
  }
}

/** The directory 0700, the file 0600 from its first moment on; modes of what exists are somebody's decision. */
function prepareFiles(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600));
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** A header that claims a file format nobody may write, on a file we may write. */
function claimsReadOnly(error: unknown, path: string): boolean {
  if (!/^SQLITE_(READONLY|CANTOPEN)$/.test((error as { code?: string }).code ?? '')) return false;
  try {
    accessSync(path, constants.W_OK);
    accessSync(dirname(path), constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
