import type { ReadHost } from '@reconcile/host';
import type { ContainerRow } from '../client/contract.ts';
import { podmanReader } from '../client/reader.ts';

/** podman's containers, for a look that has not begun yet (`PodmanSettings.listed`). Fails as every reading call does. */
export async function listContainers(host: ReadHost, signal: AbortSignal): Promise<readonly ContainerRow[]> {
  return (await podmanReader(host, signal)).containers();
}
