import { type Draft, leaves } from './draft.ts';
import type { World } from './world.ts';

/**
 * What leads to slots of which none is well parks: requests wait until one is, instead of meeting a program that cannot answer. Who comes
 * back in this plan is unparked after its gate; where nobody does, it stays parked, and the next plan after one is well unparks it
 * (specs/0048-parking-by-health.md).
 */
export function parkUnwell(world: World): void {
  if (![...world.bound.values()].some(isUnwell)) return;
  for (const target of world.drafts.values()) {
    const { def, desired, observed, references, wait } = target;
    if (def.parks !== true || desired === undefined || observed === undefined || wait !== undefined || leaves(target))
      continue;
    const behind = references.flatMap((ref) => ('slot' in ref ? world.follow(ref) : []));
    if (behind.length === 0 || !behind.every(isUnwell)) continue;
    target.parking = [...new Set([...target.parking, ...behind.map(({ slot }) => slot)])];
    target.staysParked = behind.every((other) => other.wait !== undefined);
  }
}

/** It is the one that counts for its slot, and its probes say no: one that is still starting was not proved either way. */
function isUnwell({ observed, type }: Draft): boolean {
  return observed?.health === 'unhealthy' && (type === 'same' || type === 'update');
}
