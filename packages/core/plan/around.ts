import type { History } from '../model/history.ts';
import type { Desired, Resource, ResourceKey } from '../model/resource.ts';
import { suspects } from './effective.ts';

/**
 * Desired state for those who look: with what the last good versions need that stand in for known-bad ones. Observers look
 * at other kinds only where something of them is wanted, and a rolled-back slot wants an image that no definition names.
 */
export function desiredAround(desired: Desired, history: History): Desired {
  let resources: Record<ResourceKey, Resource> | undefined;
  for (const [, slot] of suspects(desired, history)) {
    for (const needed of slot.lastGood?.needs ?? []) {
      if (desired.resources[needed.key] !== undefined) continue;
      resources ??= { ...desired.resources };
      resources[needed.key] = needed;
    }
  }
  return resources === undefined ? desired : { ...desired, resources };
}
