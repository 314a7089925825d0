import { type Catalogue, errorFactory } from '@reconcile/core';

/** Errors of certificates that others make. */
export const certFilesErrors = {
  CERT_FILE_UNFIT: {
    retry: 'backoff',
    says: 'The files that others left for a name cannot be shown for it; what was there before stays.',
  },
  CERT_FILE_VERB: {
    retry: 'never',
    says: 'The driver was given an action of a kind or verb that it does not know; a bug.',
  },
} as const satisfies Catalogue;

export const fail = errorFactory(certFilesErrors);
