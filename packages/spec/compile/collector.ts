import type { Claim, Json, Reference, Resource, ResourceKey } from '@reconcile/core';
import { specHash } from '../hash/index.ts';

/** A resource that several services may name: what it is, and what goes with it. Asked for once. */
export interface Shared {
  readonly spec: object;
  readonly references?: readonly Reference[];
  readonly claims?: readonly Claim[];
}

interface Entry {
  readonly resource: Resource;
  /** Further services, only where there are some. */
  others?: string[];
}

/** Resources by key; what several services use belongs to all of them. */
export class Collector {
  readonly #found = new Map<ResourceKey, Entry>();

  has(key: ResourceKey): boolean {
    return this.#found.has(key);
  }

  put(resource: Resource): void {
    this.#found.set(resource.key, { resource });
  }

  /** A thing with one key for life. The first to name it says what it is; it is made only then. */
  share(key: ResourceKey, service: string, make: () => Shared): void {
    const before = this.#found.get(key);
    if (before !== undefined) {
      if (before.resource.services.includes(service) || before.others?.includes(service) === true) return;
      before.others ??= [];
      before.others.push(service);
      return;
    }
    const { spec, references = [], claims = [] } = make();
    const json = spec as Json;
    const kind = key.slice(0, key.indexOf('/'));
    this.put({ key, kind, slot: key, services: [service], spec: json, specHash: specHash(json), references, claims });
  }

  /** In the order they were found; services come sorted, so the order of files does not show. */
  finish(): Record<ResourceKey, Resource> {
    const resources: Record<ResourceKey, Resource> = {};
    for (const [key, { resource, others }] of this.#found) {
      resources[key] =
        others === undefined ? resource : { ...resource, services: [...resource.services, ...others].sort() };
    }
    return resources;
  }
}
