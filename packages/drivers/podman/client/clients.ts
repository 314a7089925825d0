import type { Host } from '@reconcile/host';
import { cliClient } from './cli-client.ts';
import type { PodmanClient, PodmanClients, Transport } from './contract.ts';
import { podmanReader } from './reader.ts';
import type { RestAnswer } from './rest-call.ts';
import { restClient } from './rest-client.ts';
import { ensureService } from './service.ts';
import { socketPath } from './socket.ts';
import { readUlimits } from './ulimits.ts';

/** How long the command line is used after the service could not be had, ms. */
const pauseMs = 60_000;

/** A service that answered just now is not asked again whether it does, nor its configuration read: actions come in bursts. */
const answersForMs = 250;

/** Real podman: readers use the socket when it answers, writers see to it that it does (specs/0015). */
export function podmanClients(transport: Transport = 'auto'): PodmanClients {
  let withoutUntil = 0;
  let answeredAt = Number.NEGATIVE_INFINITY;

  /** Many actions begin at once: one of them starts the service. */
  const ensure = async (host: Host, signal: AbortSignal): Promise<boolean> => {
    if (Math.abs(host.clock.now() - answeredAt) < answersForMs) return true;
    // It may be another one's by now: a service ends when nobody asks, and podman may have been exchanged.
    version = undefined;
    const answers = await ensureService(host, socketPath(host), signal);
    if (answers) answeredAt = host.clock.now();
    return answers;
  };
  let version: string | undefined;
  const answered = (host: Host) => (answer: RestAnswer) => {
    answeredAt = host.clock.now();
    version = answer.version;
  };
  let limits: { readonly at: number; readonly read: ReturnType<typeof readUlimits> } | undefined;
  /** containers.conf as it was a moment ago at most. */
  const ulimits = (host: Host) => () => {
    const now = host.clock.now();
    if (limits === undefined || Math.abs(now - limits.at) >= answersForMs)
      limits = { at: now, read: readUlimits(host) };
    return limits.read;
  };

  return {
    reader: (host, signal) => podmanReader(host, signal, transport),
    async writer(host, signal): Promise<PodmanClient> {
      if (transport === 'cli') return cliClient(host, signal);
      if (host.clock.now() < withoutUntil) return cliClient(host, signal);
      if (await ensure(host, signal))
        return restClient(host, socketPath(host), {
          signal,
          answered: answered(host),
          version: () => version,
          ulimits: ulimits(host),
        });
      withoutUntil = host.clock.now() + pauseMs;
      return cliClient(host, signal);
    },
  };
}
