import type { Json } from '@reconcile/core';
import type { ReadFiles } from '../contract.ts';

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
  const entries = await Promise.all(
    of.paths.map(async (path): Promise<[string, string, T] | undefined> => {
      const stat = await files.stat(path);
      if (stat === undefined) return undefined;
      const stamp = [stat.inode, stat.size, stat.mode, stat.uid, stat.mtimeNs, stat.kind].join(' ');
      const earlier = known[path];
      const found = earlier?.[0] === stamp ? (earlier[1] as unknown as T) : await of.look(path);
      return [path, stamp, found];
    }),
  );
  const there = entries.filter((entry) => entry !== undefined);
  const kept = Object.fromEntries(there.map(([path, stamp, found]) => [path, [stamp, found as unknown as Json]]));
  return {
    found: new Map(there.map(([path, , found]) => [path, found])),
    note: { given: of.given, files: kept } as unknown as Json,
  };
}

function noteOf(before: Json | undefined, given: string): Note['files'] {
  const note = before as unknown as Partial<Note> | null | undefined;
  return note?.given === given && typeof note.files === 'object' ? note.files : {};
}
