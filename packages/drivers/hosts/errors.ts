import { type Catalogue, errorFactory } from '@reconcile/core';

/** Errors of the hosts directory driver. */
export const hostsErrors = {
  HOSTS_REFUSED: { retry: 'on-change', says: 'A name, zone or address that must not get into a hosts file.' },
  HOSTS_NOT_SUPPORTED: { retry: 'on-change', says: 'A hosts file has addresses only: A and AAAA.' },
  HOSTS_NOT_OURS: { retry: 'on-change', says: 'The file of a name was not written by us; it is left alone.' },
  HOSTS_CANCELLED: { retry: 'backoff', says: 'A record was not written because we were asked to stop.' },
  HOSTS_VERB: { retry: 'never', says: 'The driver was given an action that it does not know; a bug.' },
} as const satisfies Catalogue;

export const fail = errorFactory(hostsErrors);
