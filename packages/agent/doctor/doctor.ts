import { errorText } from '@reconcile/core';
import type { Examined } from './examined.ts';
import { families } from './families/index.ts';
import { type Finding, finding } from './finding.ts';

/** One family, and what it found; empty: all is well there. */
export interface FamilyReport {
  readonly family: string;
  readonly findings: readonly Finding[];
}

/** Looks at everything. Reads only; a family that cannot look says so, and the others go on. */
export async function diagnose(of: Examined): Promise<FamilyReport[]> {
  return Promise.all(
    Object.entries(families).map(async ([family, look]) => {
      try {
        return { family, findings: await look(of) };
      } catch (error) {
        const missed = finding('NOT_CHECKED', 'warning', {
          what: family,
          wanted: 'looked at',
          actual: errorText(error),
          fix: 'see the reason; then again: reconcile doctor',
        });
        return { family, findings: [missed] };
      }
    }),
  );
}
