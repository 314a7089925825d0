import { type Catalogue, errorFactory, type FleetErrorInit } from '@reconcile/core';

/** Names that mean nothing here, and plans that are no longer the plan. */
export const subjectErrors = {
  NO_SERVICE: {
    retry: 'on-change',
    says: 'No service, component or job of that name is declared for this node; the known ones are named.',
  },
  NO_NODE: { retry: 'on-change', says: 'A name with a node in it means another machine than this one.' },
  NO_STAGE: { retry: 'on-change', says: 'fleet.toml has no boot stage of that name; the known ones are named.' },
  PLAN_MOVED: {
    retry: 'on-change',
    says: 'The given plan is no longer the plan: definitions or the node changed. Nothing was done.',
  },
} as const satisfies Catalogue;

export const fail = errorFactory(subjectErrors);

/** A name that means no definition of the fleet. */
export const noService = (init: FleetErrorInit): Error => fail('NO_SERVICE', init);
