import type { Unmanaged } from '../model/plan.ts';
import type { World } from './world.ts';

/**
 * Kinds nothing on this node runs, and what must not be without them: shown once, counted as ready, never dropped.
 * What a start depends on is never unmanaged; it waits (`NotSupported`).
 */
export function setAsideUnmanaged(world: World): Unmanaged[] {
  const found: Unmanaged[] = [];
  const set = new Set<string>();
  const aside = (key: `${string}/${string}`, services: readonly string[], why: string) => {
    set.add(key);
    found.push({ key, services, why });
    world.resources.delete(key);
  };
  for (const resource of [...world.resources.values()]) {
    const def = world.kinds.get(resource.kind);
    if (def === undefined) aside(resource.key, resource.services, `kind ${resource.kind} is not known`);
    else if (def.optional && !world.input.served.includes(resource.kind)) {
      aside(resource.key, resource.services, `no driver for ${resource.kind} on this node`);
    }
  }
  for (let grown = true; grown; ) {
    grown = false;
    for (const resource of [...world.resources.values()]) {
      if (world.kinds.get(resource.kind)?.optional !== true) continue;
      const cause = resource.references.flatMap((ref) =>
        'key' in ref && ref.hard === true && set.has(ref.key) ? [ref.key] : [],
      )[0];
      if (cause === undefined) continue;
      aside(resource.key, resource.services, `needs ${cause}, which is unmanaged`);
      grown = true;
    }
  }
  if (found.length > 0) dropUnasked(world);
  return found.sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** A listener whose every route is unmanaged would be an open port that leads nowhere. */
function dropUnasked(world: World): void {
  const asked = new Set(
    [...world.resources.values()].flatMap((resource) =>
      resource.references.map((ref) => ('key' in ref ? ref.key : ref.slot)),
    ),
  );
  for (const resource of [...world.resources.values()]) {
    if (world.kinds.get(resource.kind)?.onDemand === true && !asked.has(resource.key))
      world.resources.delete(resource.key);
  }
}
