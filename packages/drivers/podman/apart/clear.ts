import { isFleetError } from '@reconcile/core';
import type { Host } from '@reconcile/host';
import { runPodman } from '../client/program.ts';
import type { ApartPlace } from './place.ts';
import { endProcesses } from './processes.ts';
import { proveApart } from './prove.ts';

const removeMs = 60_000;

export interface Clearing {
  /** This machine, as its user sees it. */
  readonly host: Host;
  /** The same with the environment of the place. */
  readonly inside: Host;
  readonly place: ApartPlace;
  readonly signal: AbortSignal;
}

/**
 * Removes a podman that was made apart with everything it has: containers by their ids, then its processes, then its
 * directories, as root of the user's namespace since parts of them belong to subordinate ids. Nothing is asked of a podman that is
 * not provably the one in that place. @returns what is left; empty: nothing
 */
export async function clearApart({ host, inside, place, signal }: Clearing): Promise<readonly string[]> {
  await removeContainers(inside, place, signal);
  const pids = await endProcesses(host, place, signal);
  const roots = [place.storage, place.run, place.home, place.temporary];
  const there: string[] = [];
  for (const root of roots) if ((await host.files.stat(root)) !== undefined) there.push(root);
  if (there.length > 0 && host.proc.uid() !== 0) {
    const args = ['unshare', 'rm', '-rf', '--one-file-system', '--', ...there];
    await runPodman(host.run, {
      what: 'remove directories of subordinate ids',
      args,
      timeoutMs: removeMs,
      signal,
    }).catch(
      // What it did not remove is found below.
      () => undefined,
    );
  }
  const left: string[] = pids.map((pid) => `process ${pid}`);
  for (const root of roots) {
    await host.files.removeTree(root).catch(() => undefined);
    if ((await host.files.stat(root)) !== undefined) left.push(root);
  }
  return left;
}

async function removeContainers(inside: Host, place: ApartPlace, signal: AbortSignal): Promise<void> {
  // Never begun: there is no podman to ask.
  if ((await inside.files.stat(`${place.storage}/libpod`)) === undefined) return;
  try {
    await proveApart(inside, place, signal);
    const list = {
      what: 'list containers',
      args: ['ps', '--all', '--quiet', '--no-trunc'],
      timeoutMs: removeMs,
      signal,
    };
    const ids = (await runPodman(inside.run, list)).stdout.split('\n').filter((id) => /^[0-9a-f]{64}$/.test(id));
    if (ids.length === 0) return;
    const args = ['rm', '--force', '--time=0', '--volumes', '--', ...ids];
    await runPodman(inside.run, { what: 'remove containers', args, timeoutMs: removeMs, signal });
  } catch (error) {
    // Its processes are ended and its directories removed all the same.
    if (!isFleetError(error)) throw error;
  }
}
