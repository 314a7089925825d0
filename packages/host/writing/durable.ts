import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Makes a directory's entries survive power loss: fsync of the file alone does not keep its name (fsync(2)). */
export async function syncParent(path: string): Promise<void> {
  const handle = await open(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY);
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
