import type { Catalogue } from '@reconcile/core';

/** Errors of reading definitions. What is wrong *in* definitions is never thrown: it comes back as diagnostics. */
export const specErrors = {
  SPEC_TIMEOUT: {
    retry: 'backoff',
    says: 'Reading the definitions took longer than its deadline; the message names the file it was at. The last good snapshot stays.',
  },
  SPEC_WORKER: {
    retry: 'backoff',
    says: 'The thread that reads definitions ended before it answered (out of memory, or its file is missing). The last good snapshot stays.',
  },
} as const satisfies Catalogue;
