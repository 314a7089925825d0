import { type Catalogue, errorFactory } from '@reconcile/core';

/** Errors of `recover --drill` (specs/0051-recovery.md). */
export const drillErrors = {
  DRILL_BUSY: { retry: 'backoff', says: 'Another drill runs on this node; it was named. Nothing was begun.' },
  DRILL_NOTHING: {
    retry: 'on-change',
    says: 'There is nothing to drill: this node has no podman, or nothing that was read and found good yet. Nothing was begun.',
  },
  DRILL_LEFT: {
    retry: 'backoff',
    says: 'Something that a drill made could not be removed; it is named, and the next drill tries again.',
  },
} as const satisfies Catalogue;

export const fail = errorFactory(drillErrors);
