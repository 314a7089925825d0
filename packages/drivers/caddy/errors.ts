import { type Catalogue, errorFactory } from '@reconcile/core';

/** Errors of the Caddy driver. */
export const caddyErrors = {
  CADDY_SETTINGS: { retry: 'on-change', says: 'A setting of [drivers.caddy] cannot be used on this machine.' },
  CADDY_UNREACHABLE: {
    retry: 'backoff',
    says: "Caddy's admin socket is missing, closed to us or silent; its kinds count as unseen, never as absent.",
  },
  CADDY_DENIED: { retry: 'on-change', says: "Caddy's admin API refused us; its `origins` lack localhost." },
  CADDY_GARBLED: { retry: 'backoff', says: "Caddy's admin API answered something that cannot be understood." },
  CADDY_REFUSED: { retry: 'backoff', says: 'Caddy did not take a change; the configuration before it serves on.' },
  CADDY_BIND: { retry: 'backoff', says: 'Somebody listens on an address of a listener; nothing was sent to Caddy.' },
  CADDY_LISTEN: {
    retry: 'on-change',
    says: 'Caddy tried an address of a listener and failed. Version 2.6 then answers some requests by its former configuration until it is restarted.',
  },
  CADDY_CONTESTED: { retry: 'backoff', says: 'Somebody else kept changing the configuration of Caddy meanwhile.' },
  CADDY_CANCELLED: {
    retry: 'backoff',
    says: 'An action was given up before it was begun, because we were asked to stop.',
  },
  CADDY_ROUTE: {
    retry: 'on-change',
    says: 'A hostname, path, address or header that must not get into a configuration.',
  },
  CADDY_CONFLICT: { retry: 'on-change', says: 'Another route has the same listener, hostname and path.' },
  CADDY_NOT_SUPPORTED: { retry: 'on-change', says: 'The route asks for something that Caddy cannot do.' },
  CADDY_NO_LISTENER: { retry: 'backoff', says: 'The listener of a route does not exist yet.' },
  CADDY_VERB: {
    retry: 'never',
    says: 'The driver was given an action of a kind or verb that it does not know; a bug.',
  },
} as const satisfies Catalogue;

export const fail = errorFactory(caddyErrors);
