import { type Catalogue, errorFactory } from '@reconcile/core';

/** Errors of the engine. */
export const engineErrors = {
  ACTION_TIMEOUT: {
    retry: 'backoff',
    says: 'An action did not end within its deadline; what it did is unknown until the next look.',
  },
  ACTION_FAILED: { retry: 'backoff', says: 'A driver failed with an error that carries no code of its own.' },
  GATE_EXPIRED: { retry: 'backoff', says: 'A container did not become ready within its deadline.' },
  GATE_ENDED: { retry: 'backoff', says: 'The process of a container ended while its gate was open.' },
  NO_DRIVER: {
    retry: 'on-change',
    says: 'An action of a kind that no driver of this node runs; a bug of the planner.',
  },
  OBSERVE_TIMEOUT: {
    retry: 'backoff',
    says: 'A driver did not finish looking within its deadline; its kinds are unknown this cycle.',
  },
  FAILPOINT_REACHED: { retry: 'backoff', says: 'A test asked for a failure at this place.' },
} as const satisfies Catalogue;

export const fail = errorFactory(engineErrors);
