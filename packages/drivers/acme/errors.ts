import { type Catalogue, errorFactory } from '@reconcile/core';

/** Errors of certificates ordered by ACME. */
export const acmeErrors = {
  ACME_UNREACHABLE: {
    retry: 'backoff',
    says: 'The ACME server did not answer; the certificate that is there serves on.',
  },
  ACME_REFUSED: {
    retry: 'backoff',
    says: 'The ACME server refused: an account, a name or a rate limit; its own words are quoted.',
  },
  ACME_CHALLENGE: {
    retry: 'backoff',
    says: 'The ACME server did not find our answer under the name; it is asked again after a growing pause.',
  },
  ACME_PATIENCE: {
    retry: 'backoff',
    says: 'An order failed not long ago; the server is not asked again yet, so that no rate limit is used up.',
  },
  ACME_CLOCK: {
    retry: 'backoff',
    says: 'The clocks of this machine and of the ACME server disagree by more than an hour; nothing is ordered on such a clock.',
  },
  ACME_UNFIT: { retry: 'backoff', says: 'What the ACME server issued does not fit the name or key; it is not used.' },
  ACME_NO_WAY: {
    retry: 'on-change',
    says: 'There is no way here to answer the ACME server: no plain listener, or no zone we write.',
  },
  ACME_VERB: { retry: 'never', says: 'The driver was given an action of a kind or verb that it does not know; a bug.' },
} as const satisfies Catalogue;

export const fail = errorFactory(acmeErrors);
