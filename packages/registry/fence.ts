import { fail } from './errors.ts';
import { readLockFile } from './lock/file.ts';
import type { Rows } from './rows.ts';
import { readMeta, writeMeta } from './tables/meta.ts';

/**
 * The last line against two writers: inside every writing transaction, has anybody come after us? The lock file tells of
 * a holder that has not written yet, the registry of one whose lock file was lost. @throws REGISTRY_SUPERSEDED
 */
export function assertNewest(rows: Rows, epoch: number, stateDir: string): void {
  const newest = Math.max(writtenEpoch(rows), readLockFile(stateDir)?.epoch ?? 0);
  if (newest <= epoch) return;
  throw fail('REGISTRY_SUPERSEDED', {
    message: 'write to registry',
    key: stateDir,
    wanted: `epoch ${epoch}`,
    actual: `epoch ${newest}`,
    hint: 'another reconcile took over while this one was stopped; end this process',
  });
}

/** In the same transaction, once there is something to write: from here on holders before us are refused. */
export function claimEpoch(rows: Rows, epoch: number): void {
  if (writtenEpoch(rows) < epoch) writeMeta(rows, 'epoch', String(epoch));
}

function writtenEpoch(rows: Rows): number {
  return Number(readMeta(rows, 'epoch') ?? 0);
}
