import type { Action, Principal, Resource } from '@reconcile/core';
import {
  type AwaitArgs,
  type ContainerSpec,
  type CreateArgs,
  containerDefaults,
  type StartArgs,
} from '@reconcile/core/kinds/container';
import type { Lookups } from './journal/index.ts';
import type { Registry } from './registry.ts';
import { markReady, putContainer, putLastGood, putLease, putPin } from './tables/index.ts';

// Small worlds for this package's tests.

export const somebody: Principal = { issuer: 'unix', subject: '1000', kind: 'person', scopes: ['admin'] };

export function specOf(slot: string, image = 'example.net/web:1'): ContainerSpec {
  return {
    ...containerDefaults,
    image,
    env: { MODE: 'production', LISTEN: '0.0.0.0', SLOT: slot },
    routes: [{ name: '', containerPort: 8080, fixed: null }] as never,
    mounts: [{ source: `/srv/${slot}`, target: '/data', options: [], readOnly: false }] as never,
  };
}

export function resourceFor(slot: string, specHash: string, spec = specOf(slot)): Resource {
  const name = slot.replaceAll('/', '-');
  return {
    key: `container/${name}-${specHash.slice(0, 8)}`,
    kind: 'container',
    slot,
    services: [slot.split('/')[0] ?? slot],
    stage: 0,
    spec: spec as never,
    specHash,
    care: { restart: 'always', ignore: [] } as never,
    references: [{ key: `image/${spec.image}` }],
    claims: [],
  };
}

export function actionOn(resource: Resource, verb: Action['verb'], args: object): Action {
  return {
    id: `${resource.key}#${verb}`,
    key: resource.key,
    slot: resource.slot,
    services: resource.services,
    kind: resource.kind,
    verb,
    phase: 'make',
    needs: [],
    args: args as never,
    risk: 'safe',
    reason: { code: 'Missing' },
    timeoutMs: 1000,
  };
}

export function createArgs(resource: Resource): CreateArgs {
  const spec = resource.spec as unknown as ContainerSpec;
  const name = resource.key.slice('container/'.length);
  return { name, spec, specHash: resource.specHash, schema: 1, env: {}, ports: [], aliases: [], imageId: '' };
}

export function startArgs(resource: Resource, more: Partial<StartArgs> = {}): StartArgs {
  const { name, spec, specHash, schema } = createArgs(resource);
  return { name, spec, specHash, schema, diedAt: null, revert: false, ...more };
}

export function awaitArgs(resource: Resource, more: Partial<AwaitArgs> = {}): AwaitArgs {
  return {
    name: createArgs(resource).name,
    health: { type: 'running' } as never,
    endpoint: null,
    containerPort: null,
    hostNetwork: false,
    successes: 1,
    minReadyMs: 0,
    deadlineMs: 1000,
    replacement: false,
    specHash: resource.specHash,
    imageId: '',
    ...more,
  };
}

export function lookupsOf(resource: Resource | undefined, more: Partial<Lookups> = {}): Lookups {
  return { resourceOf: () => resource, desired: () => undefined, gateOf: () => undefined, ...more };
}

/** A node in ordinary use: `count` slots, each with a container, a last good version, a lease and a pin. */
export async function fill(registry: Registry, count: number, bootId = 'boot'): Promise<void> {
  await registry.write((rows) => {
    for (let i = 0; i < count; i++) {
      const resource = resourceFor(`service${i}/web`, `${i}`.padStart(64, 'a'));
      const { name, spec, specHash } = createArgs(resource);
      const recorded = { name, slot: resource.slot, spec: spec as never, specHash, schema: 1 };
      putContainer(rows, recorded, { id: `${i}`.padStart(64, '0'), aliased: false, at: 1 });
      markReady(rows, resource.slot, { bootId, typicalReadyMs: 800 });
      putLastGood(rows, resource.slot, { resource, imageId: 'sha256:1', needs: [], at: 1 });
      putLease(rows, `port-lease/${name}/`, 10_000 + i);
      putPin(rows, `example.net/service${i}:1`, { imageId: 'sha256:1', at: 1 });
    }
  });
}
