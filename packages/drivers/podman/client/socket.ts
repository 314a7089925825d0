import { isFleetError } from '@reconcile/core';
import type { ReadHost } from '@reconcile/host';
import { rest } from './rest-call.ts';
import { isStale } from './stale.ts';

const pingTimeoutMs = 2000;

/** Our own socket, so that nobody's `podman.socket` unit is used or disturbed. */
export function socketPath(host: ReadHost): string {
  return `${host.home.runtimeDir}/reconcile/podman.sock`;
}

/** Does a podman service answer there, with the database of today? A socket file alone proves nothing. */
export async function isAnswering(host: ReadHost, path: string, signal: AbortSignal): Promise<boolean> {
  const socket = await host.files.stat(path);
  if (socket?.kind !== 'socket' || (await isStale(host, socket))) return false;
  try {
    const call = { what: 'ping podman', method: 'GET', path: '/_ping', timeoutMs: pingTimeoutMs } as const;
    const answer = await rest({ http: host.http, socketPath: path, signal }, call);
    return answer.status === 200 && answer.text.trim() === 'OK';
  } catch (cause) {
    if (isFleetError(cause) && (cause.code === 'PODMAN_SERVICE' || cause.code === 'PODMAN_HUNG')) return false;
    throw cause;
  }
}
