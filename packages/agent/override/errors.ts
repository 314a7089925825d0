import { type Catalogue, errorFactory } from '@reconcile/core';

/** Errors of overrides: what a person says about this node alone. */
export const overrideErrors = {
  OVERRIDE_UNKNOWN: {
    retry: 'on-change',
    says: 'There is no service of that name here to freeze or to stop; the known ones are named. Nothing was changed.',
  },
  OVERRIDE_NONE: { retry: 'on-change', says: 'Nothing of that name is frozen or stopped here. Nothing was changed.' },
} as const satisfies Catalogue;

export const fail = errorFactory(overrideErrors);
