import { type Catalogue, errorFactory } from '@reconcile/core';

/** Errors of commands that are about another machine. */
export const farErrors = {
  FAR_WHERE: {
    retry: 'on-change',
    says: 'The other machine is not known, or named in a way that leads nowhere.',
  },
  FAR_HERE: {
    retry: 'on-change',
    says: 'The command is about this machine or its own checkout, and means nothing on another one. Nothing was done.',
  },
  FAR_BY_SSH: {
    retry: 'on-change',
    says: "The command reads that machine's own files: it is carried there by ssh, and the machine is reached by gRPC alone.",
  },
  FAR_UNREACHED: { retry: 'backoff', says: 'The other machine was not reached; the last words of ssh or TLS say why.' },
  FAR_HOST_KEY: {
    retry: 'on-change',
    says: 'The host key of the other machine is unknown to ssh, or is another one than it knows.',
  },
  FAR_DENIED: { retry: 'on-change', says: 'The other machine does not let this user in. Nothing is asked on the way.' },
  FAR_NO_PROGRAM: { retry: 'on-change', says: 'The other machine was reached, and has no reconcile where ssh looks.' },
  FAR_NO_AGENT: { retry: 'on-change', says: 'The other machine was reached, and no agent runs there.' },
  FAR_GARBLED: {
    retry: 'on-change',
    says: 'Something else than the agent writes into the pipe: a start-up file of the shell there that prints.',
  },
  FAR_SKEW: {
    retry: 'on-change',
    says: 'The agent there is of another release, and does not know what it was asked for. Nothing was done.',
  },
  FAR_KEY: { retry: 'on-change', says: 'Certificate, key or root for a grpcs address is missing, or open to others.' },
} as const satisfies Catalogue;

export const fail = errorFactory(farErrors);
