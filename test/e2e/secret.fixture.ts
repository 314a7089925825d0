import { execFile } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FleetHome } from '@reconcile/testkit/fleet';

const command = join(import.meta.dirname, '..', '..', 'dist', 'bin', 'reconcile.js');
const identity = {
  GIT_AUTHOR_NAME: 'ops',
  GIT_AUTHOR_EMAIL: 'o@x.net',
  GIT_COMMITTER_NAME: 'ops',
  GIT_COMMITTER_EMAIL: 'o@x.net',
};

/** `reconcile secret set|rotate NAME`, the value on stdin as a person would give it. */
export function setSecret(
  home: FleetHome,
  verb: 'set' | 'rotate',
  of: { readonly name: string; readonly value: string },
): Promise<{ code: number; text: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [command, 'secret', verb, of.name],
      {
        cwd: home.fleet,
        env: { ...process.env, ...identity, RECONCILE_CONFIG: home.config, NO_COLOR: '1' },
        timeout: 60_000,
      },
      (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, text: stdout + stderr }),
    );
    child.stdin?.end(of.value);
  });
}

/** Every file below the node's directory, the checkout's history included, that holds a text. */
export async function traces(home: FleetHome, text: string): Promise<string[]> {
  const names = await readdir(home.dir, { recursive: true });
  const found: string[] = [];
  for (const name of names) {
    const path = join(home.dir, name);
    if ((await stat(path)).isFile() && (await readFile(path)).includes(text)) found.push(name);
  }
  return found;
}
