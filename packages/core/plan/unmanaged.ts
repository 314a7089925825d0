import type { KindDefinition } from '../model/contract.ts';
import type { Unmanaged } from '../model/plan.ts';
import type { Resource } from '../model/resource.ts';
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
    else if (def.optional) {
      const lacking = lackingDriver(world, def, resource);
      if (lacking !== undefined) aside(resource.key, resource.services, lacking);
    }
  }
  for (let grown = set.size > 0; grown; ) {
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

/** Why nothing here runs it: no driver of its kind, or one that cannot, or not the one of its zone or issuer. */
function lackingDriver(world: World, def: KindDefinition, resource: Resource): string | undefined {
  const { served } = world.input;
  if (!served.includes(def.kind)) return `no driver for ${def.kind} on this node`;
  const declined = def.declines?.(resource, world.input.desired);
  if (declined !== undefined) return declined;
  const provider = def.provider?.(resource.spec);
  if (provider === undefined || served.includes(`${def.kind}:${provider}`)) return undefined;
  const some = served.some((name) => name.startsWith(`${def.kind}:`));
  return some ? `node.toml has no [drivers.${provider}]` : undefined;
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
