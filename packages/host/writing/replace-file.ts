import { constants } from 'node:fs';
import { readdir, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { systemCode } from '../errors.ts';
import { syncParent, withFile } from './durable.ts';

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_SYNC, O_WRONLY } = constants;
let counter = 0;

/** The new content under the old name, whole or not at all, also through power loss. A symlink at `path` is replaced, not followed. */
export async function replaceFile(path: string, content: string | Uint8Array, mode: number): Promise<void> {
  await removeStale(path);
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}-${++counter}.tmp`);
  try {
    await withFile(temporary, { flags: O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY | O_SYNC, mode }, async (handle) => {
      // The mode given to open(2) is cut by the umask.
      await handle.chmod(mode);
      await handle.writeFile(content);
    });
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
  await syncParent(path);
}

/** Temporary files of this path that a killed writer left; one of a living process is its own business. */
async function removeStale(path: string): Promise<void> {
  const prefix = `.${basename(path)}.`;
  for (const name of await namesIn(dirname(path))) {
    if (!name.startsWith(prefix)) continue;
    const pid = /^(\d+)-\d+\.tmp$/.exec(name.slice(prefix.length))?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) await unlink(join(dirname(path), name)).catch(() => undefined);
  }
}

/** Several files of one directory are written at once: one listing does for all that begin while it is made. */
function namesIn(dir: string): Promise<readonly string[]> {
  const known = listings.get(dir);
  if (known !== undefined) return known;
  const made = readdir(dir).finally(() => listings.delete(dir));
  listings.set(dir, made);
  return made;
}

const listings = new Map<string, Promise<readonly string[]>>();

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) !== 'ESRCH';
  }
}
