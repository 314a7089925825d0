import { createRequire } from 'node:module';
import Database from 'better-sqlite3';

export type Connection = Database.Database;

export interface ConnectOptions {
  readonly readonly?: boolean;
  /** How long one statement may wait for a lock, ms. It blocks the event loop: never more than 25. */
  readonly busyMs?: number;
  /** Path of better_sqlite3.node, for a packed install. */
  readonly nativeBinding?: string;
}

const loaded = new Map<string, object>();

/**
 * Opens one SQLite connection. The native part is loaded at the first one, straight from its file: better-sqlite3's own
 * search of a dozen directories takes longer than everything else here.
 */
export function connect(file: string | Buffer, options: ConnectOptions = {}): Connection {
  const path = options.nativeBinding ?? installedBinding();
  const addon = path === undefined ? undefined : loadAddon(path);
  return new Database(file, {
    readonly: options.readonly === true,
    timeout: options.busyMs ?? 0,
    // An addon object is accepted since better-sqlite3 8.4; the published types know only the path.
    ...(addon === undefined ? {} : { nativeBinding: addon as unknown as string }),
  });
}

function loadAddon(path: string): object {
  const known = loaded.get(path);
  if (known !== undefined) return known;
  const target = { exports: {} };
  process.dlopen(target, path);
  loaded.set(path, target.exports);
  return target.exports;
}

/** Beside an ordinary install; undefined in a bundle, which names its own. */
function installedBinding(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve('better-sqlite3/build/Release/better_sqlite3.node');
  } catch {
    return undefined;
  }
}
