import { type Catalogue, errorFactory } from '@reconcile/core';

/** Errors of commands that are carried out on another machine. */
export const farErrors = {
  FAR_WHERE: {
    retry: 'on-change',
    says: 'The other machine is not known, or named in a way that ssh cannot be given.',
  },
  FAR_HERE: {
    retry: 'on-change',
    says: 'The command is about this machine or its own checkout, and means nothing on another one. Nothing was done.',
  },
  FAR_UNREACHED: { retry: 'backoff', says: 'The other machine was not reached by ssh; its own words say why.' },
} as const satisfies Catalogue;

export const fail = errorFactory(farErrors);
