import { createHash } from 'node:crypto';
import { isFleetError, type Json } from '@reconcile/core';
import type { FileStat, ReadHost } from '@reconcile/host';

/** Where content lies by hash, below the state directory. */
export function blobPath(stateDir: string, hash: string): string {
  return `${stateDir}/blobs/${hash}`;
}

/**
 * A copy whose owner is another id cannot be read by us: what was written there is noted beside it, with what the file
 * looked like then. Any change of the file unmakes the note.
 */
export interface OwnedNote {
  readonly hash: string;
  readonly owner: string;
  readonly seen: string;
}

export function notePath(copy: string): string {
  const cut = copy.lastIndexOf('/');
  return `${copy.slice(0, cut)}/.owned/${copy.slice(cut + 1)}`;
}

export function fingerprint(stat: FileStat): string {
  return [stat.inode, stat.mtimeNs, stat.size, stat.mode, stat.uid, stat.gid].join(':');
}

export function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Hash of what a copy holds; '' when that cannot be told, so that it is written again. */
export async function hashOfCopy(host: ReadHost, path: string, stat: FileStat): Promise<string> {
  if (stat.kind !== 'file') return '';
  const note = await readNote(host, path);
  if (note !== undefined && note.seen === fingerprint(stat)) return note.hash;
  try {
    const content = await host.files.read(path);
    return content === undefined || note !== undefined ? '' : sha256(content);
  } catch (error) {
    if (isFleetError(error) && (error.code === 'FILE_DENIED' || error.code === 'FILE_TOO_LARGE')) return '';
    throw error;
  }
}

export async function readNote(host: ReadHost, copy: string): Promise<OwnedNote | undefined> {
  const text = await host.files.text(notePath(copy));
  if (text === undefined) return undefined;
  try {
    const note = JSON.parse(text) as { readonly [key: string]: Json };
    const { hash, owner, seen } = note;
    return typeof hash === 'string' && typeof owner === 'string' && typeof seen === 'string'
      ? { hash, owner, seen }
      : undefined;
  } catch {
    return undefined;
  }
}
