import type { Draft } from './draft.ts';
import type { World } from './world.ts';

/** What is wanted of it is what it was last known to be good with. */
export function isProven({ input }: World, { slot, desired }: Draft): boolean {
  return desired !== undefined && input.history.slots[slot]?.lastGood?.resource.specHash === desired.specHash;
}
