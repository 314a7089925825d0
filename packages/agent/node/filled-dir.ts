import { createHash } from 'node:crypto';
import type { ReadHost } from '@reconcile/host';

/**
 * Where this node keeps copies of files with secrets in them (specs/0059): in the user's runtime directory, else in /dev/shm;
 * undefined where neither is in memory. One per state directory: a user may run several nodes.
 */
export async function filledDir(host: ReadHost, stateDir: string): Promise<string | undefined> {
  const own = `filled-${createHash('sha256').update(stateDir).digest('hex').slice(0, 8)}`;
  const { runtimeDir } = host.home;
  if (await isMemory(host, runtimeDir)) return `${runtimeDir}/reconcile/${own}`;
  return (await isMemory(host, '/dev/shm')) ? `/dev/shm/reconcile-${host.proc.uid()}/${own}` : undefined;
}

async function isMemory({ files }: ReadHost, path: string): Promise<boolean> {
  return (await files.space(path).catch(() => undefined))?.isMemory === true;
}
