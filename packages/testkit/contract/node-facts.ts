import type { ObservedResource } from '@reconcile/core';
import type { ContainerState } from '@reconcile/core/kinds/container';
import type { JobState } from '@reconcile/core/kinds/job';
import type { SecretState } from '@reconcile/core/kinds/secret';

/** The facts each kind compares: what `effect` can foretell of times, ids and pids is nothing. */
export function comparedFacts(resource: ObservedResource): unknown {
  const { key, kind, owner, spec } = resource;
  switch (kind) {
    case 'container': {
      const { phase, alive, imageId, ports, networks, aliased, recreated } =
        resource.state as unknown as ContainerState;
      const { slot, services, schema, health, references, claims } = resource;
      const state = { phase, alive, imageId, ports, networks, aliased, recreated };
      return { key, owner, slot, services, spec, schema, health, references, claims, state };
    }
    case 'network':
      return { key, owner, spec };
    case 'secret':
      return { key, owner, podmanName: (resource.state as unknown as SecretState).podmanName };
    case 'job': {
      const { mark, exitCode } = resource.state as unknown as JobState;
      return { key, mark, exitCode };
    }
    case 'file':
    case 'port-lease':
      return { key, owner, state: resource.state, claims: resource.claims };
    default:
      return { key, kind, owner };
  }
}
