import { randomBytes } from 'node:crypto';
import { lstat, rename, rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fail } from '../errors.ts';

/**
 * Writes the one file a person named on the command line, 0600, whole or not at all. Only a file is replaced: not a
 * directory, a device or what a symlink points to. @throws OUT_UNWRITABLE
 */
export async function writeOut(cwd: string, path: string, text: string): Promise<void> {
  const full = resolve(cwd, path);
  const refuse = (actual: string, cause?: unknown) =>
    fail('OUT_UNWRITABLE', { message: `write ${path}`, key: full, wanted: 'a file', actual, cause });
  const there = await lstat(full).catch(() => undefined);
  if (there !== undefined && !there.isFile()) throw refuse('something else lies there');
  const fresh = `${full}.${randomBytes(4).toString('hex')}`;
  try {
    await writeFile(fresh, text, { mode: 0o600, flag: 'wx' });
    await rename(fresh, full);
  } catch (error) {
    await rm(fresh, { force: true });
    throw refuse('it cannot be written', error);
  }
}
