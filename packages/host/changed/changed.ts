import type { Json } from '@reconcile/core';
import type { FileStat, ReadFiles } from '../contract.ts';

/** What is looked at, and what else the result depends on. */
export interface Looking<T> {
  readonly paths: readonly string[];
  /** Anything that makes every earlier result worthless when it changes. */
  readonly given: string;
  look(path: string): Promise<T>;
}

export interface Looked<T> {
  readonly found: ReadonlyMap<string, T>;
  /** To be handed in the next time. */
  readonly note: Json;
}

interface Note {
  readonly given: string;
  readonly files: Readonly<Record<string, readonly [stamp: string, found: Json]>>;
}

/**
 * Results of looking into files, made anew only for those that changed: reading a hundred certificates takes longer than all
 * the rest of a quiet pass. A file is known by inode, size, mode, owner and the nanosecond it was written.
 */
export async function lookAtChanged<T>(files: ReadFiles, before: Json | undefined, of: Looking<T>): Promise<Looked<T>> {
  const known = noteOf(before, of.given);
  const stats = await files.stats(of.paths);
  const stamps = stats.map((stat) => (stat === undefined ? undefined : stampOf(stat)));
  const changed = of.paths.filter((path, at) => stamps[at] !== undefined && known[path]?.[0] !== stamps[at]);
  const looked = new Map(await Promise.all(changed.map(async (path) => [path, await of.look(path)] as const)));
  const found = new Map<string, T>();
  for (const [at, path] of of.paths.entries()) {
    if (stamps[at] === undefined) continue;
    found.set(path, looked.has(path) ? (looked.get(path) as T) : (known[path]?.[1] as unknown as T));
  }
  if (before !== undefined && changed.length === 0 && Object.keys(known).length === found.size)
    return { found, note: before };
  // In the order of the paths: a note that says the same is the same.
  const kept: Record<string, readonly [string, Json]> = {};
  for (const [at, path] of of.paths.entries()) {
    if (found.has(path)) kept[path] = [stamps[at] ?? '', found.get(path) as unknown as Json];
  }
  return { found, note: { given: of.given, files: kept } as unknown as Json };
}

/** By what an unchanged file is known. */
export function stampOf({ inode, kind, mode, mtimeNs, size, uid }: FileStat): string {
  return `${inode} ${size} ${mode} ${uid} ${mtimeNs} ${kind}`;
}

function noteOf(before: Json | undefined, given: string): Note['files'] {
  const note = before as unknown as Partial<Note> | null | undefined;
  return note?.given === given && typeof note.files === 'object' ? note.files : {};
}
