import { type Catalogue, errorFactory } from '@reconcile/core';

/** Errors of the MC-Proxy driver. */
export const mcproxyErrors = {
  MCPROXY_SETTINGS: { retry: 'on-change', says: 'A setting of [drivers.mcproxy] cannot be used on this machine.' },
  MCPROXY_UNREACHABLE: {
    retry: 'backoff',
    says: "MC-Proxy's admin socket is missing, closed to us or silent; its kinds count as unseen, never as absent.",
  },
  MCPROXY_GARBLED: { retry: 'backoff', says: 'MC-Proxy answered something that cannot be understood.' },
  MCPROXY_UNKNOWN_CALL: { retry: 'on-change', says: 'MC-Proxy does not know one of our calls: it is another version.' },
  MCPROXY_DENIED: { retry: 'on-change', says: 'MC-Proxy does not let this user change its routes.' },
  MCPROXY_REFUSED: { retry: 'backoff', says: 'MC-Proxy did not take a change of its routes.' },
  MCPROXY_NO_LISTENER: {
    retry: 'on-change',
    says: 'MC-Proxy has no such listener; listeners stand in its own configuration and cannot be made from outside.',
  },
  MCPROXY_CONFLICT: {
    retry: 'on-change',
    says: 'Somebody else has a route of that name in MC-Proxy; adding ours would replace it.',
  },
  MCPROXY_NOT_SUPPORTED: { retry: 'on-change', says: 'The route asks for something that MC-Proxy cannot do.' },
  MCPROXY_ROUTE: { retry: 'on-change', says: 'A hostname or address that must not get into a route.' },
  MCPROXY_CANCELLED: {
    retry: 'backoff',
    says: 'An action was given up before it was begun, because we were asked to stop.',
  },
  MCPROXY_VERB: {
    retry: 'never',
    says: 'The driver was given an action of a kind or verb that it does not know; a bug.',
  },
} as const satisfies Catalogue;

export const fail = errorFactory(mcproxyErrors);
