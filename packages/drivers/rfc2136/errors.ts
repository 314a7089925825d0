import { type Catalogue, errorFactory } from '@reconcile/core';

/** Errors of the DNS UPDATE driver. */
export const rfc2136Errors = {
  RFC2136_KEY: {
    retry: 'on-change',
    says: 'The key file of a zone is missing, open to others, or holds no hmac-sha256 key.',
  },
  RFC2136_KEY_REFUSED: {
    retry: 'on-change',
    says: 'The DNS server does not know the key, or has another secret for it.',
  },
  RFC2136_CLOCK: { retry: 'backoff', says: 'The clocks of this machine and of the DNS server are too far apart.' },
  RFC2136_UNSIGNED: {
    retry: 'backoff',
    says: 'An answer without a valid signature of the key; it is not believed, whatever it says.',
  },
  RFC2136_GARBLED: { retry: 'backoff', says: 'A DNS message that cannot be understood; the zone counts as unseen.' },
  RFC2136_TRANSFER: {
    retry: 'on-change',
    says: 'The DNS server does not give us the zone: it must allow transfers to the key.',
  },
  RFC2136_REFUSED: { retry: 'on-change', says: 'The DNS server does not allow the key to make this change.' },
  RFC2136_FAILED: { retry: 'backoff', says: 'The DNS server could not make a change; the cause has its answer.' },
  RFC2136_CHANGED: {
    retry: 'backoff',
    says: 'The name was changed by somebody else between our look and our write; nothing was written.',
  },
  RFC2136_NOT_OURS: { retry: 'on-change', says: 'The record does not carry our mark; it is left alone.' },
  RFC2136_RECORD: { retry: 'on-change', says: 'A name, zone or value that must not get into a zone.' },
  RFC2136_CANCELLED: { retry: 'backoff', says: 'A record was not written because we were asked to stop.' },
  RFC2136_VERB: { retry: 'never', says: 'The driver was given an action that it does not know; a bug.' },
} as const satisfies Catalogue;

export const fail = errorFactory(rfc2136Errors);
