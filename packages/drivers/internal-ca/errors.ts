import { type Catalogue, errorFactory } from '@reconcile/core';

/** Errors of the node's own certificate authority. */
export const internalCaErrors = {
  CA_NAME: { retry: 'on-change', says: 'A name that the internal CA must not sign for: it lies in no internal zone.' },
  CA_DAMAGED: {
    retry: 'on-change',
    says: 'The root of the internal CA cannot be read; it is not replaced, because others trust it.',
  },
  CA_UNSAFE: { retry: 'on-change', says: 'The directory or key of the internal CA is open to others.' },
  CA_VERB: { retry: 'never', says: 'The driver was given an action of a kind or verb that it does not know; a bug.' },
} as const satisfies Catalogue;

export const fail = errorFactory(internalCaErrors);
