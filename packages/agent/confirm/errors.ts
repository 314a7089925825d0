import { type Catalogue, errorFactory } from '@reconcile/core';

/** Errors of changes that go back by themselves (specs/0008-confirm-within.md). */
export const confirmErrors = {
  CONFIRM_FIRST: {
    retry: 'never',
    says: 'Nothing was carried out here before this commit, so there is nothing to go back to. Nothing was done.',
  },
  CONFIRM_SAME: {
    retry: 'on-change',
    says: 'The commit is what this node runs already, so going back would change nothing. Nothing was done.',
  },
  CONFIRM_OPEN: {
    retry: 'on-change',
    says: 'Another commit is being tried; it is confirmed or goes back first. Nothing was done.',
  },
  CONFIRM_NONE: { retry: 'on-change', says: 'No commit is being tried here. Nothing was changed.' },
  CONFIRM_LATE: {
    retry: 'on-change',
    says: 'The time to confirm was over; what ran before comes back or is back. Nothing was changed.',
  },
  CONFIRM_UNWATCHED: {
    retry: 'on-change',
    says: 'The process that goes back when everybody else is gone could not be started. Nothing was done.',
  },
} as const satisfies Catalogue;

export const fail = errorFactory(confirmErrors);
