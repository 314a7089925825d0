import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { fail } from '../errors.ts';
import { nativeCandidates, nativeFolder } from './native.ts';

// Stands in for better-sqlite3 inside the bundle: the same class, its native half found by where the bundle lies.

declare const SQLITE_VERSION: string;

let native: object | undefined;

/** @throws SQLITE_MISSING */
function nativeHalf(): object {
  if (native !== undefined) return native;
  let cause: unknown;
  for (const candidate of nativeCandidates(join(__dirname, '..'))) {
    try {
      native = require(candidate) as object;
      return native;
    } catch (error) {
      cause = error;
    }
  }
  throw fail('SQLITE_MISSING', {
    message: 'load SQLite',
    wanted: `better-sqlite3 ${SQLITE_VERSION} for ${nativeFolder()} (Node ${process.version})`,
    hint: `npm install -g better-sqlite3@${SQLITE_VERSION}`,
    cause,
  });
}

/** better-sqlite3 takes the loaded module itself as `nativeBinding` (its issue 972); its types know the path only. */
export default class Database extends Sqlite {
  constructor(filename?: string | Buffer, options: Sqlite.Options = {}) {
    super(filename, { ...options, nativeBinding: options.nativeBinding ?? (nativeHalf() as unknown as string) });
  }
}
