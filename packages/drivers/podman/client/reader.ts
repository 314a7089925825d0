import type { ReadHost } from '@reconcile/host';
import { cliReader } from './cli-reader.ts';
import type { PodmanReader, Transport } from './contract.ts';
import { renewal } from './renewal.ts';
import { restReader } from './rest-reader.ts';
import { isAnswering, socketPath } from './socket.ts';

/** Real podman, to look at: by its socket when that answers, else by the command line. Starts nothing (specs/0015). */
export async function podmanReader(
  host: ReadHost,
  signal: AbortSignal,
  transport: Transport = 'auto',
): Promise<PodmanReader> {
  if (transport === 'cli') return cliReader(host, signal);
  const path = socketPath(host);
  return (await isAnswering(host, path, signal))
    ? restReader(host, { http: host.http, socketPath: path, signal, renew: renewal(host, signal) })
    : cliReader(host, signal);
}
