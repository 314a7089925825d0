import type { Action, ActionId, Plan } from '../model/plan.ts';
import { planId } from './plan.ts';

/** What a narrowed pass looks at: services (or slots), or stages by index. */
export interface Scope {
  readonly services?: readonly string[];
  readonly stages?: readonly number[];
}

/**
 * The part of a plan that concerns some services or stages, plus whatever those actions need. The rest of the node is
 * neither touched nor counted.
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
  const stack: Action[] = plan.actions.filter(inside);
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

/** Actions behind a need: itself, or all that a barrier stands for. */
function behind(id: ActionId, barriers: ReadonlyMap<ActionId, readonly ActionId[]>): readonly ActionId[] {
  const needs = barriers.get(id);
  return needs === undefined ? [id] : needs.flatMap((need) => behind(need, barriers));
}
