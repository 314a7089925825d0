import type { ReadHost } from '@reconcile/host';
import { cliReader } from '../client/cli-reader.ts';
import type { StoreFacts } from '../client/contract.ts';

/** podman's own word on itself, by its command line alone: a service that answers says nothing about the next start. @throws PODMAN_* */
export function podmanFacts(host: ReadHost, signal: AbortSignal): Promise<StoreFacts> {
  return cliReader(host, signal).store();
}
