import { type Catalogue, errorFactory } from '@reconcile/core';

/** Errors of the sources. What can happen to a source is a SourceProblem; these are calls that can never work. */
export const sourceErrors = {
  SOURCE_SETTINGS: {
    retry: 'on-change',
    says: 'The source is configured with a branch, sub-directory, remote or path that git or we do not accept.',
  },
  SOURCE_PATH: { retry: 'never', says: 'A path to be written does not lie inside the source. Nothing was written.' },
  SOURCE_CREATE: {
    retry: 'on-change',
    says: 'A new repository could not be made by git; what was begun is removed again.',
  },
} as const satisfies Catalogue;

export const fail = errorFactory(sourceErrors);
