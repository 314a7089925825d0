import type { Claims } from './claims.ts';
import { type Draft, leaves, starts, waitFor } from './draft.ts';
import type { Users } from './users.ts';
import type { World } from './world.ts';

/** Replicas are replaced one at a time: the rest waits for the next turn. The least healthy goes first. */
export function rollReplicas(world: World): void {
  for (const [group, slots] of world.groups) {
    if (slots.length < 2) continue;
    const replacing = slots
      .flatMap((slot) => world.bound.get(slot) ?? [])
      .filter((target) => starts(target) && target.type !== 'update' && predecessors(world, target).length > 0);
    for (const target of replacing.slice(1)) {
      target.wait = waitFor(target, {
        code: 'Rolling',
        on: group,
        message: `after ${replacing[0]?.slot ?? group}: replicas go one at a time`,
      });
    }
  }
}

/** Others of the same slot that leave for this one. */
export function predecessors(world: World, target: Draft): Draft[] {
  return (world.seenBySlot.get(target.slot) ?? [])
    .flatMap((seen) => world.drafts.get(seen.key) ?? [])
    .filter((other) => other !== target && leaves(other));
}

/**
 * Start-first, unless a claim forbids two at once; then who must let go is released, and what leads to it parks, or goes
 * first. Nobody configures which: fixed ports and the component's own read-write volume decide (edge rule 4).
 */
export function chooseRollouts(world: World, claims: Claims, users: Users): void {
  const starting = [...world.drafts.values()].filter(starts);
  for (const target of starting) claims.release(target);
  for (const target of starting) {
    if (target.def.mutable || target.type !== 'make' || target.rollout !== undefined) continue;
    const beside = (world.seenBySlot.get(target.slot) ?? []).some(
      (seen) => seen.key !== target.key && (target.def.holds?.(seen) ?? true),
    );
    const elsewhere = predecessors(world, target).find((other) => other.released);
    if (elsewhere !== undefined) {
      target.rollout = 'stop-first';
      target.rolloutWhy = `its predecessor holds what ${elsewhere.releasedFor[0] ?? 'another'} needs`;
    } else if (beside) {
      target.rollout = 'start-first';
      target.rolloutWhy = 'nothing it holds forbids two at once';
    }
  }
  for (const target of world.drafts.values()) if (stopsFirst(target)) spread(world, target, users);
}

/** Does this draft stop something in phase `release`? */
export function stopsFirst(target: Draft): boolean {
  if (target.wait !== undefined || target.kept || target.observed === undefined) return false;
  if (target.type === 'rebuild') return true;
  if (target.type === 'update') return target.how === 'restart';
  return target.released;
}

function spread(world: World, target: Draft, users: Users): void {
  for (const user of users.of(target)) {
    if (leaves(user)) user.released = true;
    else if (parksFor(world, user, target) && !user.parking.includes(target.slot)) user.parking.push(target.slot);
  }
}

/** Parking is for who will be answered again in this plan: by the slot's next container, or by where the route moves to. */
function parksFor(world: World, user: Draft, target: Draft): boolean {
  if (user.def.parks !== true || user.desired === undefined || user.wait !== undefined) return false;
  const next = world.bound.get(target.slot);
  return user.type === 'update' || (next !== undefined && next.wait === undefined && !leaves(next));
}
