import { type Catalogue, errorFactory } from '@reconcile/core';

/** Errors of the running agent. */
export const daemonErrors = {
  AGENT_RUNS: { retry: 'on-change', says: 'This node has an agent already; its process is named. Nothing was done.' },
  AGENT_STOPPING: { retry: 'backoff', says: 'The agent is about to end and begins nothing more. Nothing was done.' },
  AGENT_RELOAD: {
    retry: 'on-change',
    says: 'node.toml now says what only a new process can be: another node, state_dir or socket. The old one stays in force.',
  },
  WEBHOOK_SECRET: {
    retry: 'on-change',
    says: 'The webhook_secret_file of [source] is missing, empty or open to others; no webhook is taken until it is right.',
  },
  NOTHING_SEEN: {
    retry: 'backoff',
    says: 'The agent has not looked at the node yet, or has no desired state to compare it with.',
  },
} as const satisfies Catalogue;

export const fail = errorFactory(daemonErrors);
