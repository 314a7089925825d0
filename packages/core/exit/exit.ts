import type { Plan } from '../model/plan.ts';

/** Exit codes (product.md section 3). The larger trouble wins: error, then held or waiting, then pending. */
export const exit = { converged: 0, error: 1, pending: 2, held: 3, usage: 64 } as const;

/** What a plan says of the node. `unmanaged` never counts. */
export function planExit(plan: Pick<Plan, 'actions' | 'held' | 'waiting'>): number {
  if (plan.held.length > 0 || plan.waiting.length > 0) return exit.held;
  return plan.actions.length > 0 ? exit.pending : exit.converged;
}

export function worst(...codes: readonly number[]): number {
  const rank = [exit.converged, exit.pending, exit.held, exit.error, exit.usage];
  return codes.reduce((a, b) => (rank.indexOf(b as 0) > rank.indexOf(a as 0) ? b : a), exit.converged as number);
}

/** A failing job that nothing waits for is told and does not count. */
export function rowsExit(rows: readonly { readonly grade: string }[]): number {
  return rows.some((row) => row.grade === 'failing') ? exit.held : exit.converged;
}
