import type { Observed } from '../model/observed.ts';
import type { Plan } from '../model/plan.ts';

/** Lints a plan against the rules every plan must keep; empty when it is clean. For tests and for `apply PLAN`. */
export function checkPlan(plan: Plan, observed: Observed): string[] {
  const notes: string[] = [];
  const seen = new Set<string>();
  const ids = new Set(plan.actions.map((action) => action.id));
  if (ids.size !== plan.actions.length) notes.push('two actions share an id');
  const barriers = new Map(plan.barriers.map((barrier) => [barrier.id, barrier.needs]));
  const behind = (id: string): readonly string[] =>
    (barriers.get(id) ?? [id]).flatMap((need) => (barriers.has(need) ? behind(need) : [need]));
  for (const action of plan.actions) {
    for (const need of action.needs.flatMap(behind)) {
      if (!ids.has(need)) notes.push(`${action.id} needs ${need}, which is not in the plan`);
      else if (!seen.has(need)) notes.push(`${action.id} stands before ${need}, which it needs`);
    }
    seen.add(action.id);
    const target = observed.resources[action.key];
    if (target?.owner === 'foreign' && (action.verb === 'delete' || action.verb === 'stop'))
      notes.push(`${action.id} touches something foreign`);
    if (observed.blind[action.kind] !== undefined) notes.push(`${action.id} acts on a kind that could not be read`);
  }
  for (const hold of plan.held) {
    if (hold.code === 'KnownBad') continue;
    for (const action of plan.actions) {
      if (hold.keys.includes(action.key)) notes.push(`${action.id} acts on what hold ${hold.id} keeps`);
    }
  }
  return notes;
}
