import type { KindDefinition } from '../model/contract.ts';
import type { Observed, ObservedResource } from '../model/observed.ts';
import type { Action } from '../model/plan.ts';
import type { Kind, ResourceKey } from '../model/resource.ts';

/** The world after one action went well: each kind's own `effect`, folded. Time moves by one second, so that order shows. */
export function simulate(observed: Observed, action: Action, kinds: ReadonlyMap<Kind, KindDefinition>): Observed {
  const at = observed.at + 1000;
  const before = observed.resources[action.key];
  const after = kinds.get(action.kind)?.effect(action, before, { ...observed, at });
  const resources: Record<ResourceKey, ObservedResource> = { ...observed.resources };
  if (after === undefined || after === 'gone') delete resources[action.key];
  else resources[action.key] = after;
  return { ...observed, at, resources };
}
