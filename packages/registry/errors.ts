import { type Catalogue, errorFactory } from '@reconcile/core';

/** Errors of this node's own state. */
export const registryErrors = {
  REGISTRY_NEWER: {
    retry: 'on-change',
    says: 'The registry was written by a newer version of reconcile; nothing was read or changed.',
  },
  REGISTRY_SUPERSEDED: {
    retry: 'never',
    says: 'Another process took over this node; this one must not write any more.',
  },
  REGISTRY_BUSY: { retry: 'backoff', says: 'Another process kept the registry locked for longer than we wait.' },
  REGISTRY_DAMAGED: {
    retry: 'backoff',
    says: 'The registry broke while in use; it was moved aside and the next pass starts with a fresh one.',
  },
  REGISTRY_DENIED: { retry: 'on-change', says: 'The state directory or a file in it cannot be used by this user.' },
  REGISTRY_FULL: { retry: 'backoff', says: 'The disk that holds the state directory is full.' },
  REGISTRY_READ_ONLY: {
    retry: 'never',
    says: 'Something tried to write through a registry opened for reading; a bug.',
  },
  REGISTRY_CLOSED: { retry: 'never', says: 'Something used a registry that was already closed; a bug.' },
  REGISTRY_FAILED: {
    retry: 'backoff',
    says: 'SQLite failed in a way we have no better name for; the cause says more.',
  },
  SQLITE_MISSING: {
    retry: 'on-change',
    says: 'The package carries no SQLite for this platform and Node, and none is installed beside it; the hint says how to install one.',
  },
  LOCK_FAILED: { retry: 'backoff', says: 'The lock of the state directory could not be tried; the cause says more.' },
} as const satisfies Catalogue;

export const fail = errorFactory(registryErrors);
