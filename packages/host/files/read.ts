import { type BigIntStats, constants, lstatSync } from 'node:fs';
import { type FileHandle, lstat, open, opendir, readdir, realpath, statfs } from 'node:fs/promises';
import type { FileStat, ReadFiles } from '../contract.ts';
import { fail } from '../errors.ts';
import { fileFailure, isAbsent } from './failure.ts';

const defaultMaxBytes = 64 * 1024 * 1024;

/** tmpfs and ramfs, by their magic numbers (statfs(2)). */
const inMemory = new Set([0x01021994, 0x858458f6]);

/** Files as they are. */
export const readFiles: ReadFiles = {
  read: (path, options) => readBytes(path, options?.maxBytes ?? defaultMaxBytes),
  async text(path, options) {
    return (await readBytes(path, options?.maxBytes ?? defaultMaxBytes))?.toString('utf8');
  },
  async list(path) {
    const names = await orAbsent('list', path, () => readdir(path));
    return names?.sort();
  },
  isEmpty: (path) => isEmptyDirectory(path).catch(() => undefined),
  async stat(path) {
    const stats = await orAbsent('stat', path, () => lstat(path, { bigint: true }));
    return stats === undefined ? undefined : fileStat(stats);
  },
  async stats(paths) {
    const found: (FileStat | undefined)[] = [];
    for (const path of paths) {
      if (found.length % statsInARow === 0 && found.length > 0) await new Promise(setImmediate);
      found.push(statNow(path));
    }
    return found;
  },
  async realpath(path) {
    return realpath(path).catch(() => undefined);
  },
  async space(path) {
    const found = await orAbsent('look at the room of', path, () => statfs(path));
    if (found === undefined) return undefined;
    const { bavail, blocks, bsize, ffree, files, type } = found;
    const isMemory = inMemory.has(type);
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize, freeInodes: ffree, totalInodes: files, isMemory };
  },
};

/** Between them whoever sends us something is heard: a full socket makes him wait. */
const statsInARow = 100;

/** A thousand files are asked about in every look at a proxy with many certificates: asked of threads they take about twice as long. */
function statNow(path: string): FileStat | undefined {
  try {
    const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    return stats === undefined ? undefined : fileStat(stats);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw fileFailure('stat', path, error);
  }
}

/** A freshly made file system has a `lost+found`: that is nobody's data. */
async function isEmptyDirectory(path: string): Promise<boolean> {
  for await (const { name } of await opendir(path)) if (name !== 'lost+found') return false;
  return true;
}

async function readBytes(path: string, maxBytes: number): Promise<Buffer | undefined> {
  // O_NONBLOCK: a FIFO in the place of a file must not hold us for ever.
  const handle = await orAbsent('read', path, () => open(path, constants.O_RDONLY | constants.O_NONBLOCK));
  if (handle === undefined) return undefined;
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw fail('FILE_FAILED', { message: `read ${path}`, wanted: 'a regular file' });
    if (stats.size > maxBytes) throw tooLarge(path, maxBytes);
    return await readUpTo(handle, { path, expected: stats.size, maxBytes });
  } finally {
    await handle.close();
  }
}

/** Files below /proc say size 0, and any file may grow while we read: to the end, never past the limit. */
async function readUpTo(
  handle: FileHandle,
  what: { path: string; expected: number; maxBytes: number },
): Promise<Buffer> {
  let buffer = Buffer.allocUnsafe(Math.min(what.expected, what.maxBytes) + 1024);
  let filled = 0;
  for (;;) {
    const { bytesRead } = await attempt('read', what.path, () =>
      handle.read(buffer, filled, buffer.length - filled, null),
    );
    if (bytesRead === 0) return buffer.subarray(0, filled);
    filled += bytesRead;
    if (filled > what.maxBytes) throw tooLarge(what.path, what.maxBytes);
    if (filled === buffer.length) buffer = Buffer.concat([buffer], 2 * buffer.length);
  }
}

function tooLarge(path: string, maxBytes: number): Error {
  return fail('FILE_TOO_LARGE', { message: `read ${path}`, wanted: `at most ${maxBytes} bytes` });
}

function fileStat(stats: BigIntStats): FileStat {
  return {
    kind: fileKind(stats),
    size: Number(stats.size),
    mode: Number(stats.mode) & 0o7777,
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    mtimeMs: Number(stats.mtimeMs),
    mtimeNs: String(stats.mtimeNs),
    inode: String(stats.ino),
    device: String(stats.dev),
    birthNs: String(stats.birthtimeNs),
  };
}

function fileKind(stats: BigIntStats): FileStat['kind'] {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  if (stats.isSymbolicLink()) return 'symlink';
  return stats.isSocket() ? 'socket' : 'other';
}

async function attempt<T>(operation: string, path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw fileFailure(operation, path, error);
  }
}

async function orAbsent<T>(operation: string, path: string, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw fileFailure(operation, path, error);
  }
}
