import { isFleetError } from '@reconcile/core';
import type { Host, ReadHost } from '@reconcile/host';
import type { ApartPlace } from './place.ts';

/** One process, told from a later one of the same pid. */
interface Known {
  readonly pid: number;
  readonly startTicks: number;
}

const mostBytes = 256 * 1024;
const endMs = 5000;

/**
 * Processes of a place: their environment names it (podman's pause process and service, monitors, port forwarders, name servers,
 * networks), or they come of one whose does (the programs in containers).
 */
export async function processesOf(host: ReadHost, place: ApartPlace): Promise<readonly Known[]> {
  const marks = [`HOME=${place.home}`, `XDG_RUNTIME_DIR=${place.run}`];
  const pids = ((await host.files.list('/proc')) ?? []).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = new Map<number, number>();
  const own = new Set<number>();
  for (const pid of pids) {
    const parent = await host.proc.parent(pid);
    if (parent !== undefined) parents.set(pid, parent);
    if ((await environmentOf(host, pid)).some((entry) => marks.includes(entry))) own.add(pid);
  }
  const isOwn = (pid: number | undefined): boolean =>
    pid !== undefined && pid > 1 && (own.has(pid) || isOwn(parents.get(pid)));
  const found: Known[] = [];
  for (const pid of pids) {
    const startTicks = isOwn(pid) ? await host.proc.startTicks(pid) : undefined;
    if (startTicks !== undefined) found.push({ pid, startTicks });
  }
  return found;
}

/** Of somebody else's process: nothing. */
async function environmentOf(host: ReadHost, pid: number): Promise<readonly string[]> {
  try {
    return ((await host.files.text(`/proc/${pid}/environ`, { maxBytes: mostBytes })) ?? '').split('\0');
  } catch (error) {
    if (isFleetError(error)) return [];
    throw error;
  }
}

/** Ends every process of a place. @returns pids of those that are left */
export async function endProcesses(host: Host, place: ApartPlace, signal: AbortSignal): Promise<readonly number[]> {
  const until = host.clock.now() + endMs;
  for (;;) {
    const left = await processesOf(host, place);
    if (left.length === 0 || host.clock.now() > until) return left.map(({ pid }) => pid);
    for (const { pid, startTicks } of left) {
      // A program of a container runs as a subordinate id: it ends with its container, or is named as left.
      await host.kill(pid, startTicks, 'SIGKILL').catch(() => false);
    }
    await host.clock.sleep(50, signal);
  }
}
