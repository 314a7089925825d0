import { errorText, isFleetError } from '@reconcile/core';
import type { Problem } from '../service/state.ts';

/** An error as the state shows it. */
export function problemOf(error: unknown): Problem {
  const { code = 'UNEXPECTED', hint } = isFleetError(error) ? error : {};
  return { code, message: errorText(error), ...(hint === undefined ? {} : { hint }) };
}
