import { readFile } from 'node:fs/promises';
import type { ScopeOptions } from '@reconcile/agent/subject';
import { isFleetError, type Plan } from '@reconcile/core';
import { fail } from '../errors.ts';

/** What `plan --out` writes: the plan as `-o json` prints it, and what it was narrowed to. */
export interface StoredPlan extends Plan {
  readonly scope?: ScopeOptions;
}

/** The plan that somebody wants and no other. */
export interface WantedPlan {
  readonly id: string;
  /** What it was narrowed to, where the file says so. */
  readonly scope: ScopeOptions | undefined;
}

/** A plan by its id, or by the file `plan --out` wrote. @throws PLAN_UNREADABLE */
export async function wantedPlan(given: string): Promise<WantedPlan> {
  if (/^[0-9a-f]{8}$/.test(given)) return { id: given, scope: undefined };
  try {
    const stored = JSON.parse(await readFile(given, 'utf8')) as Partial<StoredPlan>;
    if (stored.version === 1 && typeof stored.id === 'string') return { id: stored.id, scope: stored.scope };
    throw fail('PLAN_UNREADABLE', {
      message: `read the plan ${given}`,
      wanted: 'what reconcile plan --out wrote, version 1',
      actual: `version ${String(stored.version)}`,
    });
  } catch (error) {
    if (isFleetError(error)) throw error;
    throw fail('PLAN_UNREADABLE', {
      message: `read the plan ${given}`,
      wanted: 'a plan id of 8 digits or a file of reconcile plan --out',
      hint: 'reconcile plan --out plan.json',
      cause: error,
    });
  }
}
