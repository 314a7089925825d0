import type { Catalogue } from './error.ts';

/** Errors of the pure half. */
export const coreErrors = {
  PLAN_CYCLE: { retry: 'never', says: 'The plan has a circle of needs; a bug, nothing was done.' },
  PLAN_INVALID: { retry: 'never', says: 'The plan breaks a rule of its own linter; a bug, nothing was done.' },
} as const satisfies Catalogue;
