import { type Catalogue, errorFactory } from '@reconcile/core';

/** Errors of the commands that open a way in. */
export const doorErrors = {
  AGENT_AWAY: { retry: 'on-change', says: 'No agent of this node answers, and what was asked for needs one.' },
  AGENT_REFUSED: { retry: 'on-change', says: 'The agent answered that it will not; its reason is quoted.' },
  DASHBOARD_OFF: { retry: 'on-change', says: 'The agent serves no dashboard: node.toml names no address for it.' },
  TUNNEL_FAILED: {
    retry: 'backoff',
    says: 'The other machine could not be reached through ssh, or has no agent; ssh says why.',
  },
} as const satisfies Catalogue;

export const fail = errorFactory(doorErrors);
