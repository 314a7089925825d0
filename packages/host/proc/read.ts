import { readdir, readFile, readlink } from 'node:fs/promises';

// Everything below /proc may vanish or refuse between two looks: undefined is an ordinary answer here.

export async function procText(path: string): Promise<string | undefined> {
  return readFile(path, 'latin1').catch(() => undefined);
}

export async function procList(path: string): Promise<readonly string[] | undefined> {
  return readdir(path).catch(() => undefined);
}

export async function procLink(path: string): Promise<string | undefined> {
  return readlink(path).catch(() => undefined);
}
