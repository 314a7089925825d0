import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fail } from '../errors.ts';
import { monotonicMs } from '../monotonic/index.ts';
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
  /**
   * Nobody was the writer from this moment (`monotonicMs`) until now; 0: nobody ever was. undefined: the last one ended
   * without a word.
   */
  readonly freeSince: number | undefined;
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
    const taken = tryLock(stateDir, options.nativeBinding);
    if (taken !== undefined) return hold(taken, stateDir, options);
    const leftMs = until - performance.now();
    if (leftMs <= 0) return { heldBy: lockHolder(stateDir) };
    await delay(Math.min(pollMs, leftMs), undefined, options.signal === undefined ? {} : { signal: options.signal });
  }
}

interface Taken {
  readonly db: Connection;
  /** There was no lock file before: this node had no writer yet. */
  readonly isFirst: boolean;
}

function tryLock(stateDir: string, nativeBinding?: string): Taken | undefined {
  const path = join(stateDir, 'lock.db');
  let db: Connection | undefined;
  try {
    mkdirSync(stateDir, { recursive: true, mode: 0o700 });
    const isFirst = makeOnce(path);
    db = connect(path, nativeBinding === undefined ? {} : { nativeBinding });
    db.pragma('journal_mode = MEMORY');
    db.pragma('locking_mode = EXCLUSIVE');
    // In this mode the lock outlives the transaction that took it.
    db.exec('BEGIN EXCLUSIVE; COMMIT');
    return { db, isFirst };
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

/** Only when missing: closing any descriptor of a file drops this process's fcntl locks on it. @returns whether it was */
function makeOnce(path: string): boolean {
  if (existsSync(path)) return false;
  try {
    closeSync(openSync(path, 'ax', 0o600));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * The epoch is at least the time: should `lock.json` be lost, the next holder's is still greater than any before, and a
 * holder of old is still fenced off.
 */
function hold({ db, isFirst }: Taken, stateDir: string, options: LockOptions): Lock {
  const since = Date.now();
  const last = readLockFile(stateDir);
  const epoch = Math.max((last?.epoch ?? 0) + 1, since);
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
  return {
    epoch,
    freeSince: last === undefined && isFirst ? 0 : last?.freeSince,
    release() {
      if (!db.open) return;
      sayFree(stateDir, content);
      db.close();
    },
  };
}

/** Lets the next writer know that it saw what it saw without us. Where that cannot be written, it looks again. */
function sayFree(stateDir: string, content: LockFile): void {
  try {
    if (readLockFile(stateDir)?.epoch === content.epoch)
      writeLockFile(stateDir, { ...content, freeSince: monotonicMs() });
  } catch {
    // A full disk: the lock goes all the same.
  }
}

/**
 * Who wrote last that it has the lock, without asking for the lock: pid 0 when that process is gone. The file is the last
 * holder's until the next one has written it: believed only while that very process lives.
 */
export function lockHolder(stateDir: string): Held['heldBy'] {
  const last = readLockFile(stateDir);
  const facts = last === undefined ? undefined : processFacts(last.pid);
  if (last === undefined || facts === undefined || facts.startTicks !== last.startTicks) {
    return { pid: 0, since: 0, socket: '', stopped: false };
  }
  return { pid: last.pid, since: last.since, socket: last.socket, stopped: facts.stopped };
}
