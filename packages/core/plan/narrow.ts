import type { Action, ActionId, Plan } from '../model/plan.ts';
import { planId } from './plan.ts';

/** What a narrowed pass looks at: services (or slots), or stages by index. */
export interface Scope {
  readonly services?: readonly string[];
  readonly stages?: readonly number[];
}

/**
 * The part of a plan that concerns some services or stages, plus whatever those actions need. The rest of the node is
 * neither touched nor counted. A component comes with what its service has because of it: a route that is not switched back
 * would let requests wait for ever.
 */
export function narrow(plan: Plan, scope: Scope): Plan {
  const inside = (item: { slot: string; services: readonly string[]; stage?: number }) => {
    const byService = scope.services?.some(
      (s) => item.services.includes(s) || item.slot === s || item.slot.startsWith(`${s}/`),
    );
    const byStage = item.stage !== undefined && scope.stages?.includes(item.stage);
    return (scope.services === undefined || byService === true) && (scope.stages === undefined || byStage === true);
  };
  const byId = new Map(plan.actions.map((action) => [action.id, action]));
  const barriers = new Map(plan.barriers.map((barrier) => [barrier.id, barrier.needs]));
  const keep = new Set<ActionId>();
  const stack: Action[] = withFollowers(plan.actions, plan.actions.filter(inside), scope);
  for (let action = stack.pop(); action !== undefined; action = stack.pop()) {
    if (keep.has(action.id)) continue;
    keep.add(action.id);
    for (const need of action.needs.flatMap((id) => behind(id, barriers))) {
      const other = byId.get(need);
      if (other !== undefined) stack.push(other);
    }
  }
  const actions = plan.actions.filter((action) => keep.has(action.id));
  const keys = new Set(actions.map((action) => action.key));
  const held = plan.held.filter(
    (hold) =>
      hold.services.some((s) => inside({ slot: s, services: [s] })) ||
      hold.slots.some((slot) => inside({ slot, services: hold.services })),
  );
  return {
    ...plan,
    id: planId(actions, held),
    actions,
    held,
    waiting: plan.waiting.filter(inside),
    changes: plan.changes.filter((change) => keys.has(change.key) || inside(change)),
    unmanaged: plan.unmanaged.filter((item) => inside({ slot: item.key, services: item.services })),
  };
}

/** What belongs to a named component's service as a whole and follows from one of these, or was parked for one. */
function withFollowers(actions: readonly Action[], begun: readonly Action[], { services = [] }: Scope): Action[] {
  const found = new Map(begun.map((action) => [action.id, action]));
  const parts = services.flatMap((name) => (name.includes('/') ? name.slice(0, name.indexOf('/')) : []));
  const follows = ({ needs, services: own, slot, verb }: Action) =>
    parts.some((service) => own.includes(service) && !slot.startsWith(`${service}/`)) &&
    (verb === 'unpark' || needs.some((id) => found.has(id)));
  for (let before = -1; before < found.size; ) {
    before = found.size;
    for (const action of actions) if (!found.has(action.id) && follows(action)) found.set(action.id, action);
  }
  return [...found.values()];
}

/** Actions behind a need: itself, or all that a barrier stands for. */
function behind(id: ActionId, barriers: ReadonlyMap<ActionId, readonly ActionId[]>): readonly ActionId[] {
  const needs = barriers.get(id);
  return needs === undefined ? [id] : needs.flatMap((need) => behind(need, barriers));
}
