import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fail } from '../errors.ts';
import { type Connection, connect } from '../native.ts';
import { isBusy } from '../sqlite-error.ts';
import { type LockFile, readLockFile, writeLockFile } from './file.ts';
import { processFacts } from './process.ts';

export interface LockOptions {
  readonly pid: number;
  /** Where this process can be talked to, for whoever finds the lock held. */
  readonly socket?: string;
  /** How long to wait for another holder, ms; 0 tries once. */
  readonly waitMs: number;
  readonly signal?: AbortSignal;
  readonly nativeBinding?: string;
}

/** This process is the node's only writer until `release`, or until it ends in whatever way. */
export interface Lock {
  /** Grows with every holder; goes to `openRegistry`. */
  readonly epoch: number;
  release(): void;
}

/** Somebody else is the writer. */
export interface Held {
  readonly heldBy: {
    /** 0: it has the lock and has not said who it is. */
    readonly pid: number;
    /** Instant it took the lock; 0 when unknown. */
    readonly since: number;
    /** '' when it listens nowhere. */
    readonly socket: string;
    /** SIGSTOP or a debugger holds it: it keeps the lock and will not answer. */
    readonly stopped: boolean;
  };
}

const pollMs = 50;

/**
 * Becomes the node's single writer, or says who is. The lock is SQLite's exclusive lock on `lock.db` (fcntl): the kernel
 * frees it when the process ends, `kill -9` included, and keeps it while the process is stopped. Waiting is done on the
 * event loop. @throws LOCK_FAILED; AbortError when `signal` fires
 */
export async function acquireLock(stateDir: string, options: LockOptions): Promise<Lock | Held> {
  const until = performance.now() + options.waitMs;
  for (;;) {
    const db = tryLock(stateDir, options.nativeBinding);
    if (db !== undefined) return hold(db, stateDir, options);
    const leftMs = until - performance.now();
    if (leftMs <= 0) return { heldBy: holder(stateDir) };
    await delay(Math.min(pollMs, leftMs), undefined, options.signal === undefined ? {} : { signal: options.signal });
  }
}

function tryLock(stateDir: string, nativeBinding?: string): Connection | undefined {
  const path = join(stateDir, 'lock.db');
  let db: Connection | undefined;
  try {
    mkdirSync(stateDir, { recursive: true, mode: 0o700 });
    // Only when missing: closing any descriptor of a file drops this process's fcntl locks on it.
    if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600));
    db = connect(path, nativeBinding === undefined ? {} : { nativeBinding });
    db.pragma('journal_mode = MEMORY');
    db.pragma('locking_mode = EXCLUSIVE');
    // In this mode the lock outlives the transaction that took it.
    db.exec('BEGIN EXCLUSIVE; COMMIT');
    return db;
  } catch (error) {
    db?.close();
    if (isBusy(error)) return undefined;
    throw fail('LOCK_FAILED', {
      message: 'take the lock of this node',
      key: path,
      hint: `ls -l ${path}; it may be deleted while no reconcile runs`,
      cause: error,
    });
  }
}

/**
 * The epoch is at least the time: should `lock.json` be lost, the next holder's is still greater than any before, and a
 * holder of old is still fenced off.
 */
function hold(db: Connection, stateDir: string, options: LockOptions): Lock {
  const since = Date.now();
  const epoch = Math.max((readLockFile(stateDir)?.epoch ?? 0) + 1, since);
  const content: LockFile = {
    pid: options.pid,
    startTicks: processFacts(options.pid)?.startTicks ?? 0,
    since,
    socket: options.socket ?? '',
    epoch,
  };
  try {
    writeLockFile(stateDir, content);
  } catch (error) {
    db.close();
    throw fail('LOCK_FAILED', { message: 'write down who holds the lock', key: stateDir, cause: error });
  }
  return { epoch, release: () => db.close() };
}

/** The file is the last holder's until the next one has written it: believed only while that very process lives. */
function holder(stateDir: string): Held['heldBy'] {
  const last = readLockFile(stateDir);
  const facts = last === undefined ? undefined : processFacts(last.pid);
  if (last === undefined || facts === undefined || facts.startTicks !== last.startTicks) {
    return { pid: 0, since: 0, socket: '', stopped: false };
  }
  return { pid: last.pid, since: last.since, socket: last.socket, stopped: facts.stopped };
}
