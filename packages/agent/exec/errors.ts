import { type Catalogue, errorFactory } from '@reconcile/core';

/** Errors of programs that are run inside containers. */
export const execErrors = {
  EXEC_WHERE: {
    retry: 'on-change',
    says: 'A program runs inside one running container, and the name means none or several; they are named. Nothing was run.',
  },
} as const satisfies Catalogue;

export const fail = errorFactory(execErrors);
