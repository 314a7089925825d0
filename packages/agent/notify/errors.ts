import { type Catalogue, errorFactory } from '@reconcile/core';

/** Errors of what is told to the outside. */
export const notifyErrors = {
  NOTIFY_FAILED: {
    retry: 'backoff',
    says: 'The webhook of [notify] did not take a message. It is sent again for a day, then dropped; the address itself is not shown.',
  },
  HEARTBEAT_FAILED: {
    retry: 'backoff',
    says: 'The heartbeat_url of [notify] did not answer well; it is asked again after the next good pass.',
  },
} as const satisfies Catalogue;

export const fail = errorFactory(notifyErrors);
