import type { Host } from '@reconcile/host';
import { ensureService } from '../client/service.ts';
import { socketPath } from '../client/socket.ts';

/** Starts podman's service unless it answers; false when it cannot be had. Whoever needs it later waits for the same start. */
export function servePodman(host: Host, signal: AbortSignal): Promise<boolean> {
  return ensureService(host, socketPath(host), signal);
}
