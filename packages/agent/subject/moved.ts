import type { Plan } from '@reconcile/core';
import { fail } from './errors.ts';

/** Somebody wants one plan and no other, and by now it is another one. */
export function planMovedOn(wanted: string, made: Pick<Plan, 'id'>): Error {
  return fail('PLAN_MOVED', {
    message: `apply plan ${wanted}`,
    wanted,
    actual: `the plan is now ${made.id}: definitions or this node have changed since`,
    hint: 'reconcile plan',
  });
}
