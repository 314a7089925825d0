import type { Principal, Request } from '@reconcile/core';
import type { Host } from '@reconcile/host';
import { addRequest, closeRequest, forgive, type Registry } from '@reconcile/registry';

/** Who asks this node for something, and why; under the node's lock. */
export interface Asker {
  readonly registry: Registry;
  readonly host: Pick<Host, 'clock' | 'ids'>;
  readonly signal: AbortSignal;
  readonly by: Principal;
  readonly why: string | undefined;
}

/**
 * Restart what runs in `target` (a service, component or replica); the next passes do it. podman gives start times in whole
 * seconds, so the request begins with one: only then "started before it" and "started because of it" can be told apart.
 * @throws CANCELLED
 */
export async function askRestart(asker: Asker, target: string): Promise<Request> {
  const { clock } = asker.host;
  const at = Math.ceil((clock.now() + 1) / 1000) * 1000;
  await clock.sleep(at - clock.now(), asker.signal);
  return ask(asker, { verb: 'restart', target, at });
}

/** Run one job once. */
export async function askRun(asker: Asker, slot: string): Promise<Request> {
  return ask(asker, { verb: 'run', target: slot, at: asker.host.clock.now() });
}

/** Forget what is held against `target`. Fulfilled as it is written. @returns false: nothing was */
export async function askRetry(asker: Asker, target: string): Promise<boolean> {
  const request = newRequest(asker, { verb: 'retry', target, at: asker.host.clock.now() });
  return asker.registry.write((rows) => {
    addRequest(rows, request);
    closeRequest(rows, request.id, request.at);
    return forgive(rows, target);
  });
}

type Words = Pick<Request, 'verb' | 'target' | 'at'>;

async function ask(asker: Asker, words: Words): Promise<Request> {
  const { by, ...request } = newRequest(asker, words);
  await asker.registry.write((rows) => addRequest(rows, { ...request, by }));
  return { ...request, by: by.subject };
}

function newRequest({ by, host, why }: Asker, words: Words) {
  return { ...words, id: host.ids.random().slice(0, 12), by, ...(why === undefined ? {} : { args: { why } }) };
}
