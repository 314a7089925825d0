import { constants } from 'node:fs';
import { chmod, lstat, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isFleetError } from '@reconcile/core';
import type { WriteFiles } from '../contract.ts';
import { fail } from '../errors.ts';
import { fileFailure } from '../files/failure.ts';
import { readFiles } from '../files/read.ts';
import { makeDirectories, removeDirectories, removeEntry } from './directories.ts';
import { syncParent, withFile } from './durable.ts';
import { replaceFile } from './replace-file.ts';

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants;

/** Files, to be changed too. Whatever is written is on the disk when the promise resolves. */
export function writeFiles(home: string): WriteFiles {
  return {
    ...readFiles,
    write: (path, content, { mode }) => named('write', path, () => replaceFile(path, content, mode)),
    overwrite: (path, content) => named('overwrite', path, () => overwriteFile(path, content)),
    append: (path, content, { mode }) => named('append to', path, () => appendFile(path, content, mode)),
    makeDir: (path, { mode }) => named('make directory', path, () => makeDirectories(path, mode)),
    rename: (from, to) => named('rename', from, () => renameEntry(from, to)),
    chmod: (path, mode) => named('change the mode of', path, () => changeMode(path, mode)),
    remove: (path) => named('remove', path, () => removeEntry(path)),
    removeTree: (path) => named('remove the tree', path, () => removeDirectories(path, home)),
  };
}

/** The new length comes last: a reader between the two sees the old end rather than nothing. */
async function overwriteFile(path: string, content: string | Uint8Array): Promise<void> {
  const bytes = Buffer.from(content);
  await withFile(path, { flags: O_WRONLY | O_NOFOLLOW }, async (handle) => {
    for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at, bytes.length - at, at)).bytesWritten;
    await handle.truncate(bytes.length);
    await handle.sync();
  });
}

async function appendFile(path: string, content: string, mode: number): Promise<void> {
  await withFile(path, { flags: O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, mode }, async (handle) => {
    await handle.writeFile(content);
    await handle.sync();
  });
}

async function renameEntry(from: string, to: string): Promise<void> {
  await rename(from, to);
  await syncParent(to);
  if (dirname(from) !== dirname(to)) await syncParent(from);
}

async function changeMode(path: string, mode: number): Promise<void> {
  const entry = await lstat(path);
  if (entry.isSymbolicLink())
    throw fail('FILE_REFUSED', { message: `change the mode of ${path}`, actual: 'a symlink' });
  await chmod(path, mode);
}

async function named(operation: string, path: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw isFleetError(error) ? error : fileFailure(operation, path, error);
  }
}
