import { type Catalogue, errorFactory } from '@reconcile/core';

/** Errors of the HAProxy driver. */
export const haproxyErrors = {
  HAPROXY_SETTINGS: {
    retry: 'on-change',
    says: 'A setting of [drivers.haproxy] cannot be used on this machine, such as a directory whose socket paths get too long.',
  },
  HAPROXY_MISSING: { retry: 'on-change', says: 'The haproxy program is not installed where we look.' },
  HAPROXY_UNREACHABLE: {
    retry: 'backoff',
    says: 'HAProxy runs but its socket does not answer; its kinds count as unseen, never as absent.',
  },
  HAPROXY_NOT_INCLUDED: {
    retry: 'backoff',
    says: 'An existing HAProxy does not load our part of its configuration, or loads something behind it.',
  },
  HAPROXY_GARBLED: { retry: 'backoff', says: 'HAProxy answered something that cannot be understood.' },
  HAPROXY_CONFIG_REFUSED: {
    retry: 'on-change',
    says: 'HAProxy refused the generated configuration; the one before it serves on.',
  },
  HAPROXY_BIND: {
    retry: 'backoff',
    says: 'An address of a listener could not be bound; the configuration before it serves on.',
  },
  HAPROXY_START: { retry: 'backoff', says: 'HAProxy did not start or did not answer in time.' },
  HAPROXY_RELOAD: {
    retry: 'backoff',
    says: 'HAProxy did not take over the new configuration; the one before it serves on.',
  },
  HAPROXY_STOP: { retry: 'backoff', says: 'HAProxy did not let go of its sockets in time.' },
  HAPROXY_REFUSED: { retry: 'backoff', says: 'HAProxy did not take a change of its running state.' },
  HAPROXY_HOLDING: {
    retry: 'backoff',
    says: 'A reload would fail requests that wait at a parked route; it is done once they have been served.',
  },
  HAPROXY_CANCELLED: {
    retry: 'backoff',
    says: 'An action was given up before it was begun, because we were asked to stop.',
  },
  HAPROXY_UNSAFE: { retry: 'on-change', says: 'A directory of ours belongs to somebody else or is no directory.' },
  HAPROXY_ROUTE: {
    retry: 'on-change',
    says: 'A hostname, path, address or combination that must not get into a configuration.',
  },
  HAPROXY_CONFLICT: { retry: 'on-change', says: 'Another route has the same listener, hostname and path.' },
  HAPROXY_NOT_SUPPORTED: { retry: 'on-change', says: 'The route asks for something that this driver cannot do yet.' },
  HAPROXY_BACKEND: {
    retry: 'backoff',
    says: 'A program does not answer as its route says: no TLS, or a certificate that is not believed.',
  },
  HAPROXY_CERTIFICATE: {
    retry: 'backoff',
    says: 'A name has no certificate that could be shown, or another one than ours is shown for it.',
  },
  HAPROXY_NO_LISTENER: { retry: 'backoff', says: 'The listener of a route does not exist yet.' },
  HAPROXY_VERB: {
    retry: 'never',
    says: 'The driver was given an action of a kind or verb that it does not know; a bug.',
  },
} as const satisfies Catalogue;

export const fail = errorFactory(haproxyErrors);
