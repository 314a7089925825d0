import type { Resource } from '../model/resource.ts';
import { draft, waitFor } from './draft.ts';
import type { World } from './world.ts';

/** A kind we could not read: nothing of it is compared; what is desired of it waits, by name and with the cause. */
export function setBlind(world: World, resource: Resource): boolean {
  const problem = world.input.observed.blind[resource.kind];
  const def = world.kinds.get(resource.kind);
  if (problem === undefined || def === undefined) return false;
  const target = draft(def, resource);
  target.desired = resource;
  target.type = 'update';
  target.how = 'blind';
  target.references = resource.references;
  target.wait = waitFor(target, {
    code: 'Blind',
    on: resource.kind,
    message: `cannot read ${resource.kind} (${problem.code}): ${problem.message}${problem.hint === undefined ? '' : `; next: ${problem.hint}`}`,
  });
  world.drafts.set(resource.key, target);
  if (!def.mutable) world.bound.set(resource.slot, target);
  return true;
}
