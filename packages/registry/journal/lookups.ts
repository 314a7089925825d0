import type { Action, Desired, History, Plan, Resource, SlotKey } from '@reconcile/core';
import type { AwaitArgs } from '@reconcile/core/kinds/container';
import type { Lookups } from './recall.ts';

/**
 * What a journal asks of a plan: a container's actions belong to the desired resource of their slot, or, when they carry
 * another spec, to the last good one that stands in for it.
 */
export function planLookups(given: { plan: Plan; desired: Desired; history: History }): Lookups {
  const { plan, desired, history } = given;
  const wanted = new Map<SlotKey, Resource>();
  for (const resource of Object.values(desired.resources))
    if (resource.kind === 'container') wanted.set(resource.slot, resource);
  const gates = new Map<string, AwaitArgs>();
  for (const action of plan.actions) {
    if (action.kind === 'container' && action.verb === 'await' && !gates.has(action.key)) {
      gates.set(action.key, action.args as unknown as AwaitArgs);
    }
  }
  const hashOf = (action: Action) =>
    (action.args as { specHash?: unknown } | null)?.specHash ?? gates.get(action.key)?.specHash;
  return {
    desired: (key) => desired.resources[key],
    gateOf: (action) => gates.get(action.key),
    resourceOf(action) {
      const resource = wanted.get(action.slot);
      const hash = hashOf(action);
      if (resource?.specHash === hash) return resource;
      const good = history.slots[action.slot]?.lastGood?.resource;
      return good?.specHash === hash ? good : resource;
    },
  };
}
