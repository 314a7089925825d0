import type { DataRecord } from '../../model/contract.ts';
import { digest } from '../../model/digest.ts';

/** The directory as it is now. */
export interface SeenData {
  readonly identity: string;
  readonly isEmpty: boolean;
}

/** What is wrong with data that a container is to start on; undefined: nothing. */
export interface DataTrouble {
  readonly code: 'DataMissing' | 'DataForeign';
  readonly message: string;
  /** Of the hold that a person releases; the same as long as the same is seen. */
  readonly id: string;
}

/** Identity of a directory: device and inode, and when it was made (nanoseconds; '0' = unknown). */
export function dataIdentity(stat: {
  readonly device: string;
  readonly inode: string;
  readonly birthNs: string;
}): string {
  return `${stat.device}:${stat.inode}:${stat.birthNs}`;
}

/**
 * One directory? The inode with its birth tells even where the kernel numbers devices anew at each boot (btrfs, LVM, a disk
 * that is found earlier); without a birth the device has to be the same.
 */
export function isSameData(a: string, b: string): boolean {
  const [deviceA, inodeA, birthA = '0'] = a.split(':');
  const [deviceB, inodeB, birthB = '0'] = b.split(':');
  if (inodeA !== inodeB) return false;
  return birthA === '0' || birthB === '0' ? deviceA === deviceB : birthA === birthB;
}

/** Data that was never anything but empty may be any directory; what once held something is waited for (specs/0017). */
export function dataTrouble(
  name: string,
  known: DataRecord | undefined,
  seen: SeenData | undefined,
): DataTrouble | undefined {
  if (known?.nonEmpty !== true) return undefined;
  const id = `h${digest(`data ${name} ${known.identity} ${seen?.identity ?? ''} ${seen?.isEmpty ?? ''}`).slice(0, 6)}`;
  const isSame = seen !== undefined && isSameData(known.identity, seen.identity);
  if (isSame && !seen.isEmpty) return undefined;
  const lost = (what: string): DataTrouble => ({
    code: 'DataMissing',
    message: `${name} ${what}, and held data before: mount its disk or put the data back; to start on nothing, confirm`,
    id,
  });
  if (seen === undefined) return lost('is gone');
  if (seen.isEmpty) return lost(isSame ? 'is empty' : 'is another directory, an empty one');
  return {
    code: 'DataForeign',
    message: `${name} is not the directory it was (device:inode:birth ${seen.identity}, before ${known.identity}): mount the right disk; if the data was moved here on purpose, confirm`,
    id,
  };
}

/** What the ledger is to know from now on; undefined: it knows already, or a person has to look first. */
export function dataToKeep(known: DataRecord | undefined, seen: SeenData): DataRecord | undefined {
  const kept: DataRecord = { identity: seen.identity, nonEmpty: !seen.isEmpty };
  if (known === undefined) return kept;
  if (known.nonEmpty) return undefined;
  return kept.nonEmpty || !isSameData(known.identity, seen.identity) ? kept : undefined;
}
