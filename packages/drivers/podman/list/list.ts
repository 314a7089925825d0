import type { ReadHost } from '@reconcile/host';
import { cliReader } from '../client/cli-reader.ts';
import type { ContainerRow } from '../client/contract.ts';
import { podmanReader } from '../client/reader.ts';
import { socketPath } from '../client/socket.ts';

export interface ListOptions {
  readonly signal: AbortSignal;
  /** Is there a file at this path? Synchronous. */
  readonly isThere: (path: string) => boolean;
}

/**
 * podman's containers, for a look that has not begun yet (`PodmanSettings.listed`). Without a socket podman is started before
 * this returns: what comes next keeps the event loop busy. Fails as every reading call does.
 */
export function listContainers(host: ReadHost, { isThere, signal }: ListOptions): Promise<readonly ContainerRow[]> {
  if (!isThere(socketPath(host))) return cliReader(host, signal).containers();
  return podmanReader(host, signal).then((reader) => reader.containers());
}
