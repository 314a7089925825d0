import { createHash } from 'node:crypto';
import { isFleetError, type Json } from '@reconcile/core';
import type { FileState } from '@reconcile/core/kinds/file';
import type { FileStat, ReadHost } from '@reconcile/host';

/** Where content lies by hash, below the state directory. */
export function blobPath(stateDir: string, hash: string): string {
  return `${stateDir}/blobs/${hash}`;
}

/**
 * A copy whose owner is another id cannot be read by us, and of one with secrets in it nobody can tell its template: what was
 * written there is noted beside it, with what the file looked like then. Any change of the file unmakes the note.
 */
export interface OwnedNote {
  readonly hash: string;
  readonly owner: string;
  readonly seen: string;
  /** Of a filled copy: marks of the values, by secret. */
  readonly values?: NonNullable<FileState['values']>;
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

/** What a copy holds; hash '' when that cannot be told, so that it is written again. */
export async function contentOfCopy(
  host: ReadHost,
  path: string,
  of: { readonly stat: FileStat; readonly isFilled: boolean },
): Promise<Pick<FileState, 'hash' | 'values'>> {
  const { isFilled, stat } = of;
  if (stat.kind !== 'file') return { hash: '' };
  const note = await readNote(host, path);
  if (note !== undefined && note.seen === fingerprint(stat))
    return { hash: note.hash, ...(note.values === undefined ? {} : { values: note.values }) };
  // A plain hash of a filled copy is told to nobody.
  return { hash: isFilled || note !== undefined ? '' : await hashOf(host, path) };
}

async function hashOf(host: ReadHost, path: string): Promise<string> {
  try {
    const content = await host.files.read(path);
    return content === undefined ? '' : sha256(content);
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
    const { hash, owner, seen, values } = note;
    if (typeof hash !== 'string' || typeof owner !== 'string' || typeof seen !== 'string') return undefined;
    return { hash, owner, seen, ...(isMarks(values) ? { values } : {}) };
  } catch {
    return undefined;
  }
}

function isMarks(values: Json | undefined): values is Readonly<Record<string, string>> {
  if (typeof values !== 'object' || values === null || Array.isArray(values)) return false;
  return Object.values(values).every((mark) => typeof mark === 'string');
}
