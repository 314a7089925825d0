import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What `lock.json` says of the last holder. It explains and fences; the lock itself is on `lock.db`. */
export interface LockFile {
  readonly pid: number;
  readonly startTicks: number;
  readonly since: number;
  /** Where the holder can be talked to; '' when it listens nowhere. */
  readonly socket: string;
  readonly epoch: number;
  /** When it let go, `monotonicMs`; absent: it has not, or ended without a word. */
  readonly freeSince?: number;
}

/** undefined: absent or not ours to understand. */
export function readLockFile(stateDir: string): LockFile | undefined {
  try {
    const given = JSON.parse(readFileSync(join(stateDir, 'lock.json'), 'utf8')) as Partial<
      Record<keyof LockFile, unknown>
    >;
    const { pid, startTicks, since, socket, epoch, freeSince } = given;
    if (!isCount(pid) || !isCount(startTicks) || !isCount(since) || !isCount(epoch) || typeof socket !== 'string')
      return undefined;
    return { pid, startTicks, since, socket, epoch, ...(isCount(freeSince) ? { freeSince } : {}) };
  } catch {
    return undefined;
  }
}

/** Whole or not at all, so that no reader sees half of it. */
export function writeLockFile(stateDir: string, content: LockFile): void {
  const path = join(stateDir, 'lock.json');
  const half = `${path}.${content.pid}`;
  writeFileSync(half, `${JSON.stringify(content)}\n`, { mode: 0o600 });
  renameSync(half, path);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
