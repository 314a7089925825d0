import { type Catalogue, errorFactory } from '@reconcile/core';

/** Errors of the HTTP API itself. */
export const httpErrors = {
  BAD_REQUEST: {
    retry: 'on-change',
    says: 'A request is not what the description of the API says; each mistake is named.',
  },
  NOT_FOUND: { retry: 'never', says: 'The HTTP API has nothing under that method and path.' },
  HOST_UNKNOWN: {
    retry: 'never',
    says: 'A request names a host that this node does not go by; a name may be added in [api] hosts.',
  },
  BODY_TOO_LARGE: { retry: 'never', says: 'A request carries more than 64 KiB.' },
  HOOK_OFF: {
    retry: 'on-change',
    says: 'This node takes no webhook: its node.toml names no webhook_secret_file, or that file cannot be used; the state says so.',
  },
  TOO_MANY_STREAMS: {
    retry: 'backoff',
    says: 'As many event streams are open as there may be; close one, or try again later.',
  },
  NOT_READY: { retry: 'backoff', says: 'No pass of this agent has ended yet.' },
  LISTEN_FAILED: { retry: 'backoff', says: 'An address of [api] http cannot be listened on; it is tried again.' },
  NOT_FORESEEN: { retry: 'backoff', says: 'Something unforeseen happened; the log of the agent has the rest.' },
} as const satisfies Catalogue;

export const fail = errorFactory(httpErrors);
