import type { Claims } from './claims.ts';
import { type Draft, starts } from './draft.ts';
import { isProven } from './proven.ts';
import type { World } from './world.ts';

/**
 * A newcomer that took a port over and never got ready gives it back to a version that was good with it: a slot that served
 * is not down for the sake of one that never did. The newcomer then waits for the port by name.
 */
export function giveWay(world: World, claims: Claims): void {
  for (const target of world.drafts.values()) {
    if (!starts(target) || !isProven(world, target)) continue;
    for (const holder of claims.holders(target)) {
      if (!hasFailed(world, holder)) continue;
      holder.type = 'stop';
      holder.how = undefined;
      holder.wait = undefined;
      holder.reason = { code: 'RolledBack', text: `never ready; ${target.slot}, which was, has its port back` };
    }
  }
}

/** Its gate expired, and its slot has no good version to go back to. */
function hasFailed({ input }: World, { key, slot, type, def }: Draft): boolean {
  const history = input.history.slots[slot];
  const stays = type === 'same' || type === 'update';
  return stays && !def.mutable && history?.lastGood === undefined && history?.gateExpired?.key === key;
}
