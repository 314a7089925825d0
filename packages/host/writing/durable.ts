import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a directory's entries survive power loss: fsync of the file alone does not keep its name (fsync(2)). Whoever comes while
 * one is under way shares the next: the one under way may have begun before his entry was there.
 */
export function syncParent(path: string): Promise<void> {
  const dir = dirname(path);
  const last = syncs.get(dir);
  if (last !== undefined && !last.isBegun) return last.done;
  const sync = { isBegun: false, done: Promise.resolve() };
  const begin = () => {
    sync.isBegun = true;
    return syncDirectory(dir);
  };
  const before = last?.done ?? Promise.resolve();
  sync.done = before.then(begin, begin).finally(() => {
    if (syncs.get(dir) === sync) syncs.delete(dir);
  });
  syncs.set(dir, sync);
  return sync.done;
}

/** The last one of each directory, until it is done. */
const syncs = new Map<string, { isBegun: boolean; done: Promise<void> }>();

async function syncDirectory(dir: string): Promise<void> {
  const handle = await open(dir, constants.O_RDONLY | constants.O_DIRECTORY);
  await handle.sync().finally(() => handle.close());
}

/** Opens, works, closes; the close happens whatever the work did. */
export async function withFile<T>(
  path: string,
  how: { flags: number; mode?: number },
  work: (handle: FileHandle) => Promise<T>,
): Promise<T> {
  const handle = await open(path, how.flags, how.mode);
  try {
    return await work(handle);
  } finally {
    await handle.close();
  }
}
