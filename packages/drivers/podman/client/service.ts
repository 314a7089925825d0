import { isFleetError } from '@reconcile/core';
import type { Host } from '@reconcile/host';
import { isAnswering } from './socket.ts';
import { endServices, isStale } from './stale.ts';

/** Seconds without a call after which the service ends by itself: it is never ended by us (performance.md 6.1). */
const idleSeconds = 30;
const startTimeoutMs = 5000;

/** Starts under way, by socket: a second one would take the first one's socket away. */
const starting = new Map<string, Promise<boolean>>();

/**
 * Starts the service unless it answers; false when it cannot be had. Rootless podman re-executes itself, so neither its
 * pid nor its output is of use: the socket is asked until it answers.
 */
export function ensureService(host: Host, path: string, signal: AbortSignal): Promise<boolean> {
  const known = starting.get(path);
  if (known !== undefined) return known;
  const made = start(host, path, signal).finally(() => starting.delete(path));
  starting.set(path, made);
  return made;
}

async function start(host: Host, path: string, signal: AbortSignal): Promise<boolean> {
  if (await isAnswering(host, path, signal)) return true;
  await host.files.makeDir(path.slice(0, path.lastIndexOf('/')), { mode: 0o700 });
  const socket = await host.files.stat(path);
  if (socket?.kind === 'socket' && (await isStale(host, socket))) await endServices(host, path);
  await host.files.remove(path);
  try {
    await host.run.start('podman', ['system', 'service', `--time=${idleSeconds}`, `unix://${path}`], {});
  } catch (cause) {
    if (isFleetError(cause)) return false;
    throw cause;
  }
  const until = host.clock.now() + startTimeoutMs;
  while (host.clock.now() < until) {
    if (await isAnswering(host, path, signal)) return true;
    await host.clock.sleep(10, signal);
  }
  return false;
}
