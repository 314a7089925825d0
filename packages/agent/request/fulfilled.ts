import type { Desired, Instant, Observed, Request, Resource } from '@reconcile/core';
import type { ContainerState } from '@reconcile/core/kinds/container';
import { closeRequest, openRequests, type Registry } from '@reconcile/registry';

/** Closes what the world shows to be done, or nobody can do any more. Writes nothing when there is nothing of that. */
export async function closeFulfilled(
  registry: Registry,
  seen: { desired: Desired; observed: Observed; at: Instant },
): Promise<void> {
  const done = fulfilledRequests(registry.read(openRequests), seen);
  if (done.length === 0) return;
  await registry.write((rows) => {
    for (const { id } of done) closeRequest(rows, id, seen.at);
  });
}

/**
 * Restarts whose every container has started since, and requests about what is not declared here any more. A job's run is
 * closed with its result, in the journal's transaction.
 */
export function fulfilledRequests(
  open: readonly Request[],
  seen: { desired: Desired; observed: Observed },
): readonly Request[] {
  return open.filter((request) => isFulfilled(request, seen));
}

function isFulfilled(request: Request, { desired, observed }: { desired: Desired; observed: Observed }): boolean {
  const named = Object.values(desired.resources).filter(
    ({ slot }) => slot === request.target || slot.startsWith(`${request.target}/`),
  );
  switch (request.verb) {
    case 'retry':
      return true;
    case 'run':
      return !named.some((resource) => resource.kind === 'job');
    case 'restart':
      return named
        .filter((resource) => resource.kind === 'container' && resource.active !== false)
        .every((resource) => hasStartedSince(observed, resource, request.at));
  }
}

function hasStartedSince(observed: Observed, { slot }: Resource, at: Instant): boolean {
  return Object.values(observed.resources).some((resource) => {
    if (resource.kind !== 'container' || resource.slot !== slot || resource.owner === 'foreign') return false;
    const state = resource.state as unknown as ContainerState;
    return state.phase === 'running' && state.startedAt >= at;
  });
}
