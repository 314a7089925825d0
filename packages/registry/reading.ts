import { existsSync, readFileSync, statSync } from 'node:fs';
import { migrate, schemaOf } from './migrate.ts';
import { migrations as released } from './migrations/index.ts';
import { type Connection, connect } from './native.ts';

/** Larger files are read in place; SQLite then leaves a `-shm` file beside them. */
const mostCopiedBytes = 64 * 1024 * 1024;
const busyMs = 10;

/**
 * Opens a registry for reading. Nothing is created or changed, not even SQLite's own `-wal` and `-shm`, which a read-only
 * connection to a closed WAL database would leave behind: such a file is copied into memory. So is one of an older
 * schema, where the copy is migrated. Absent: empty, in memory. @throws REGISTRY_NEWER, SQLite's errors
 */
export function openForReading(path: string, nativeBinding?: string, migrations = released): Connection {
  const options = nativeBinding === undefined ? { busyMs } : { busyMs, nativeBinding };
  if (!existsSync(path)) return emptyInMemory(nativeBinding);
  const copy = copyAtRest(path);
  const db = copy === undefined ? connect(path, { ...options, readonly: true }) : connect(copy, options);
  try {
    if (schemaOf(db, migrations) === migrations.length) return queryOnly(db);
    const older = copy === undefined ? connect(unlogged(db.serialize()), options) : db;
    if (older !== db) db.close();
    migrate(older, migrations);
    return queryOnly(older);
  } catch (error) {
    if (db.open) db.close();
    throw error;
  }
}

export function emptyInMemory(nativeBinding?: string): Connection {
  const db = connect(':memory:', nativeBinding === undefined ? {} : { nativeBinding });
  migrate(db);
  return queryOnly(db);
}

function queryOnly(db: Connection): Connection {
  db.pragma('query_only = ON');
  return db;
}

/** The file's bytes, when no process has it open and none changed it meanwhile. */
function copyAtRest(path: string): Buffer | undefined {
  const inUse = () => existsSync(`${path}-shm`) || existsSync(`${path}-wal`);
  const mark = () => {
    const { ino, size, mtimeNs } = statSync(path, { bigint: true });
    return { size, text: `${ino} ${size} ${mtimeNs}` };
  };
  const before = mark();
  if (inUse() || before.size > mostCopiedBytes || before.size === 0n) return undefined;
  const bytes = readFileSync(path);
  return inUse() || mark().text !== before.text ? undefined : unlogged(bytes);
}

/** Turns the header's "uses a write-ahead log" off (bytes 18 and 19, sqlite.org/fileformat2.html): memory has none. */
function unlogged(bytes: Buffer): Buffer {
  for (const at of [18, 19]) if (bytes[at] === 2) bytes[at] = 1;
  return bytes;
}
