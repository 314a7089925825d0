import { chmod, lstat, mkdir, rm, rmdir, stat, unlink } from 'node:fs/promises';
import { dirname, normalize } from 'node:path';
import { fail, systemCode } from '../errors.ts';
import { isAbsent } from '../files/failure.ts';
import { syncParent } from './durable.ts';

/** Makes what is missing of a path, each with `mode`; what exists is left alone. */
export async function makeDirectories(path: string, mode: number): Promise<void> {
  const found = await stat(path).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (found?.isDirectory()) return;
  if (found !== undefined)
    throw fail('FILE_FAILED', { message: `make directory ${path}`, actual: 'a file of that name' });
  await makeDirectories(dirname(path), mode);
  try {
    await mkdir(path, mode);
  } catch (error) {
    // Somebody else was faster: fine, if it is a directory.
    if (systemCode(error) === 'EEXIST' && (await stat(path)).isDirectory()) return;
    throw error;
  }
  await chmod(path, mode);
  await syncParent(path);
}

/** A file, a symlink itself, or an empty directory. */
export async function removeEntry(path: string): Promise<void> {
  try {
    const entry = await lstat(path);
    await (entry.isDirectory() ? rmdir(path) : unlink(path));
  } catch (error) {
    if (isAbsent(error)) return;
    throw error;
  }
  await syncParent(path);
}

/** A whole tree of ours. Never a home, or anything above one: a wrong variable must not cost a user's data. */
export async function removeDirectories(path: string, home: string): Promise<void> {
  const clean = normalize(path).replace(/\/+$/, '');
  const aboveHome = `${normalize(home)}/`.startsWith(`${clean}/`);
  if (!path.startsWith('/') || clean.split('/').length < 3 || aboveHome) {
    throw fail('FILE_REFUSED', { message: `remove the tree ${path}`, wanted: 'a directory of our own' });
  }
  await rm(clean, { recursive: true, force: true });
  await syncParent(clean).catch((error: unknown) => {
    if (!isAbsent(error)) throw error;
  });
}
