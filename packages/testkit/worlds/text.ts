import type { Plan } from '@reconcile/core';

/** A plan as a test reads it: one action a line with what it needs, then holds and waits. Names without their hashes. */
export function planText(plan: Plan): string {
  const short = (text: string) => text.replaceAll(/-[0-9a-f]{8}(?=[#/ ]|$)/g, '');
  const names = new Map<string, string>();
  const seen = new Map<string, number>();
  for (const action of plan.actions) {
    const name = short(action.id);
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    names.set(action.id, times === 1 ? name : `${name}'`);
  }
  const lines = plan.actions.map((action) => {
    const needs = action.needs.map((need) => names.get(need) ?? need).join(' ');
    return `${action.phase} ${names.get(action.id) ?? action.id}${needs === '' ? '' : ` < ${needs}`}`;
  });
  const barriers = plan.barriers.map(
    (b) => `barrier ${b.id} < ${b.needs.map((need) => names.get(need) ?? need).join(' ')}`,
  );
  const holds = plan.held.map((hold) => `held ${hold.code} ${hold.services.join(',')}: ${hold.message}`);
  const waits = plan.waiting.map((wait) => `waits ${wait.code} ${short(wait.key)} on ${short(wait.on)}`);
  return [...lines, ...barriers, ...holds, ...waits].join('\n');
}
