import { type Catalogue, errorFactory } from '@reconcile/core';

/** Errors of the MCNS driver. */
export const mcnsErrors = {
  MCNS_TOKEN: {
    retry: 'on-change',
    says: 'The token or CA file of an MCNS zone is missing, empty, or open to others.',
  },
  MCNS_DENIED: { retry: 'on-change', says: 'MCNS does not accept the token, or does not let it change this zone.' },
  MCNS_NO_ZONE: { retry: 'on-change', says: 'MCNS has no such zone.' },
  MCNS_GARBLED: { retry: 'backoff', says: 'An answer of MCNS that cannot be understood; the zone counts as unseen.' },
  MCNS_FAILED: { retry: 'backoff', says: 'MCNS could not do it; the answer says why.' },
  MCNS_CHANGED: {
    retry: 'backoff',
    says: 'The name was changed by somebody else between our look and our write, or a CNAME is in the way.',
  },
  MCNS_NOT_OURS: { retry: 'on-change', says: 'The record does not carry our mark; it is left alone.' },
  MCNS_RECORD: { retry: 'on-change', says: 'A name, zone or value that must not get into a zone.' },
  MCNS_CANCELLED: { retry: 'backoff', says: 'A record was not written because we were asked to stop.' },
  MCNS_VERB: { retry: 'never', says: 'The driver was given an action that it does not know; a bug.' },
} as const satisfies Catalogue;

export const fail = errorFactory(mcnsErrors);
