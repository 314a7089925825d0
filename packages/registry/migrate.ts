import { fail } from './errors.ts';
import { migrations as released } from './migrations/index.ts';
import type { Connection } from './native.ts';
import { Damage } from './sqlite-error.ts';

/** 'rcnc': tells our file from any other database that lies under its name. */
const applicationId = 0x72636e63;

/** The number of the last migration a file has been through; 0 for an empty one. @throws REGISTRY_NEWER */
export function schemaOf(db: Connection, migrations: readonly string[] = released): number {
  const version = db.pragma('user_version', { simple: true }) as number;
  const application = db.pragma('application_id', { simple: true }) as number;
  if (version === 0 && application === 0 && tableCount(db) === 0) return 0;
  const written = db.prepare("SELECT value FROM meta WHERE key = 'schema'").pluck().get();
  // The header is one flipped bit away from any number: a version counts only when the table says the same.
  if (application !== applicationId || written !== String(version))
    throw new Damage(`schema ${version}, recorded ${written}`);
  if (version > migrations.length) {
    throw fail('REGISTRY_NEWER', {
      message: 'open registry',
      key: db.name,
      wanted: `schema ${migrations.length} or older`,
      actual: `schema ${version}`,
      hint: 'upgrade reconcile to the version that last ran here: reconcile --version',
    });
  }
  return version;
}

/** Brings a file up to today's schema, all steps in one transaction. @throws REGISTRY_NEWER, SQLite's errors */
export function migrate(db: Connection, migrations: readonly string[] = released): void {
  if (schemaOf(db, migrations) === migrations.length) return;
  db.exec('BEGIN IMMEDIATE');
  try {
    // Again, inside: another process may have been faster.
    const from = schemaOf(db, migrations);
    for (const step of migrations.slice(from)) db.exec(step);
    db.pragma(`application_id = ${applicationId}`);
    db.pragma(`user_version = ${migrations.length}`);
    db.prepare("INSERT OR REPLACE INTO meta VALUES ('schema', ?)").run(String(migrations.length));
    db.exec('COMMIT');
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

function tableCount(db: Connection): number {
  return db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() as number;
}
