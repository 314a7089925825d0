import type { ReadHost } from '@reconcile/host';
import { cliReader } from './cli-reader.ts';

/** Any command of podman makes the database that is missing; this one only looks. */
export function renewal(host: ReadHost, signal: AbortSignal): () => Promise<unknown> {
  return () => cliReader(host, signal).containers();
}
