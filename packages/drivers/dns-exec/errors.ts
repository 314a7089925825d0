import { type Catalogue, errorFactory } from '@reconcile/core';

/** Errors of the driver that runs a user's own DNS script. */
export const dnsExecErrors = {
  DNS_EXEC_FAILED: { retry: 'backoff', says: 'The DNS script ended with an error; the cause has what it printed.' },
  DNS_EXEC_GARBLED: {
    retry: 'backoff',
    says: 'The DNS script printed something else than the answer of specs/dns-exec.md; the zone counts as unseen.',
  },
  DNS_EXEC_CHANGED: {
    retry: 'backoff',
    says: 'The name was changed by somebody else between our look and our write; nothing was written.',
  },
  DNS_EXEC_REFUSED: { retry: 'on-change', says: 'The provider does not take this record; the DNS script says why.' },
  DNS_EXEC_NOT_OURS: { retry: 'on-change', says: 'The record does not carry our mark; it is left alone.' },
  DNS_EXEC_RECORD: { retry: 'on-change', says: 'A name, zone or value that must not get into a zone.' },
  DNS_EXEC_CANCELLED: { retry: 'backoff', says: 'A record was not written because we were asked to stop.' },
  DNS_EXEC_VERB: { retry: 'never', says: 'The driver was given an action that it does not know; a bug.' },
} as const satisfies Catalogue;

export const fail = errorFactory(dnsExecErrors);
