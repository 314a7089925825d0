import type { Desired, Request } from '@reconcile/core';
import { openRequests, type Registry } from '@reconcile/registry';
import { type Asker, askRestart, askRetry, askRun } from '../request/ask.ts';
import { jobResult, withdrawRun } from '../request/job-result.ts';
import { jobTarget, requestTarget } from '../request/target.ts';
import type { PassRequest, PassResult } from '../service/order.ts';
import type { OrderContext } from './context.ts';

/** A request as it was written down. */
export interface Asked {
  readonly request: Request | undefined;
  readonly wasHeld?: boolean;
}

/** Is there such a thing here? @throws REQUEST_UNKNOWN REQUEST_INACTIVE */
export function checkRequest(desired: Desired, { target, verb }: PassRequest): string {
  return verb === 'run' ? jobTarget(desired, target) : requestTarget(desired, target, verb);
}

/** Writes the request down; a retry is fulfilled by that. */
export async function writeRequest(cx: OrderContext, registry: Registry, wanted: PassRequest): Promise<Asked> {
  const { by, host, signal } = cx;
  const asker: Asker = { registry, host, signal, by, why: wanted.why };
  switch (wanted.verb) {
    case 'restart':
      return { request: await askRestart(asker, wanted.target) };
    case 'run':
      return { request: await askRun(asker, wanted.target) };
    case 'retry':
      return { request: undefined, wasHeld: await askRetry(asker, wanted.target) };
  }
}

/** What became of it. A job that could not run is not left for a later pass. */
export async function concludeRequest(
  cx: OrderContext,
  registry: Registry,
  { asked, verb }: { asked: Asked; verb: PassRequest['verb'] },
): Promise<NonNullable<PassResult['request']>> {
  const { request, wasHeld } = asked;
  if (request === undefined) return { id: '', isOpen: false, ...(wasHeld === undefined ? {} : { wasHeld }) };
  if (verb === 'run') {
    const job = await jobResult({ ...cx, registry }, request);
    if (job === undefined) await withdrawRun(registry, request, cx.host.clock.now());
    return { id: request.id, isOpen: false, ...(job === undefined ? {} : { job }) };
  }
  return { id: request.id, isOpen: registry.read(openRequests).some(({ id }) => id === request.id) };
}
