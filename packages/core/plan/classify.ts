import type { Resource, ResourceKey } from '../model/resource.ts';
import { retire } from './bind.ts';
import { setBlind } from './blind.ts';
import { type Draft, decide, draft } from './draft.ts';
import { Ports } from './ports.ts';
import type { World } from './world.ts';

/**
 * Ports and parts of every bound container. A lease that stands is kept; one that only the container itself still
 * remembers (a lost ledger) is taken over; else the lowest free port is chosen.
 */
export function addParts(world: World): void {
  const wanting: { key: ResourceKey; container: Draft }[] = [];
  for (const target of world.bound.values()) {
    const { desired, observed, def } = target;
    if (desired === undefined || def.parts === undefined) continue;
    const keeps = target.type !== 'make' && target.type !== 'rebuild' ? observed : undefined;
    const references = [...desired.references];
    for (const part of def.parts(desired, keeps)) {
      const key: ResourceKey = `${part.kind}/${target.key.slice(target.key.indexOf('/') + 1)}/${part.name}`;
      references.push({ key });
      if (part.kind === 'port-lease' && !mayKeep(world, key, target)) wanting.push({ key, container: target });
      world.resources.set(key, partResource(world, key, part, desired));
    }
    target.references = references;
  }
  if (wanting.length === 0) return;
  wanting.sort((a, b) => (a.container.key < b.container.key ? -1 : a.container.key > b.container.key ? 1 : 0));
  const ports = new Ports(world.input.observed, world.resources.values());
  for (const { key, container } of wanting) {
    const name = key.split('/').slice(2).join('/');
    const remembered =
      container.observed === undefined || container.type === 'make'
        ? undefined
        : container.def.leased?.(container.observed)[name];
    const port = remembered !== undefined && !isTaken(world, remembered) ? remembered : ports.take();
    if (port !== undefined) world.leases.set(key, port);
  }
}

/** A lease that stands is kept, unless its container has to be made anew and somebody else took the port meanwhile. */
function mayKeep(world: World, key: ResourceKey, container: Draft): boolean {
  const port = world.leases.get(key);
  if (port === undefined) return false;
  if (container.type !== 'make' && container.type !== 'rebuild') return true;
  return !isTaken(world, port);
}

function isTaken(world: World, port: number): boolean {
  return world.view.isTaken({ scope: 'node', kind: 'port', value: `tcp/127.0.0.1/${port}` });
}

function partResource(
  world: World,
  key: ResourceKey,
  part: { kind: string; spec: Resource['spec']; specHash: string },
  owner: Resource,
): Resource {
  const def = world.kinds.get(part.kind);
  return {
    key,
    kind: part.kind,
    slot: key,
    services: owner.services,
    spec: part.spec,
    specHash: part.specHash,
    references: def?.references(part.spec) ?? [],
    claims: [],
  };
}

/** Kinds with one key for life: compared, or retired when nothing wants them. Run again when a binding changed. */
export function classifyMutable(world: World): void {
  for (const target of world.drafts.values()) {
    if (target.def.mutable && !target.kept) world.drafts.delete(target.key);
  }
  for (const resource of world.resources.values()) {
    const def = world.kinds.get(resource.kind);
    if (def === undefined || !def.mutable || world.drafts.has(resource.key)) continue;
    if (setBlind(world, resource)) continue;
    const target = draft(def, resource);
    target.desired = resource;
    target.observed = world.input.observed.resources[resource.key];
    target.references = resource.references;
    decide(target, def.compare(resource, target.observed, world.view));
    world.drafts.set(target.key, target);
  }
  for (const seen of world.seen) {
    const def = world.kinds.get(seen.kind);
    if (def === undefined || !def.mutable || !def.retires || seen.owner !== 'managed') continue;
    if (world.resources.has(seen.key) || world.drafts.has(seen.key)) continue;
    if (def.keeps?.(seen, world.view) === true) continue;
    retire(world, seen, undefined);
  }
}

/** A rebuilt network or volume cannot leave while somebody is on it: who uses it is rebuilt too. */
export function spreadRebuilds(world: World): void {
  if (!hasRebuild(world)) return;
  for (const target of world.bound.values()) {
    if (target.type !== 'same' && target.type !== 'update') continue;
    if (target.observed === undefined) continue;
    const cause = target.references
      .flatMap((ref) => world.follow(ref))
      .find((other) => other.type === 'rebuild' && other.def.mutable);
    if (cause === undefined || cause.wait !== undefined) continue;
    target.type = 'rebuild';
    target.wait = undefined;
    target.fields = [];
    target.reason = { code: 'Rebuilt', text: `${cause.key} is made anew` };
  }
}

function hasRebuild(world: World): boolean {
  for (const { def, type } of world.drafts.values()) if (type === 'rebuild' && def.mutable) return true;
  return false;
}
