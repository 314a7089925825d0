import { type Catalogue, errorFactory } from '@reconcile/core';

/** Errors of the way between a command and a running agent. */
export const rpcErrors = {
  RPC_UNREACHABLE: { retry: 'backoff', says: "Nobody answers at the agent's socket, or the connection was lost." },
  RPC_TIMEOUT: { retry: 'backoff', says: 'The agent did not answer in time.' },
  RPC_GARBLED: {
    retry: 'never',
    says: "What came over the agent's socket cannot be understood; perhaps two releases meet.",
  },
  RPC_REFUSED: { retry: 'on-change', says: 'The agent does not know that call, or does not allow it.' },
  RPC_TLS: {
    retry: 'on-change',
    says: 'Certificate, key and roots of [api.tls] do not fit together, or are not there. What was in force stays.',
  },
  RPC_LISTEN: {
    retry: 'backoff',
    says: 'An address for gRPC is not there yet, or taken. It is tried again.',
  },
  RPC_SOCKET: {
    retry: 'on-change',
    says: 'The agent cannot listen on its socket: somebody else does, or the place is not safe. The message says which.',
  },
} as const satisfies Catalogue;

export const fail = errorFactory(rpcErrors);
