import type { Json, LedgerView, ObservedResource, Observer, ResourceKey } from '@reconcile/core';
import type { JobState } from '@reconcile/core/kinds/job';
import { leaseClaim, leaseOwner } from '@reconcile/core/kinds/port-lease';
import type { ReadHost } from '@reconcile/host';

/** What only our own ledger knows: leased ports, and what jobs last ran for. */
export function ledgerObserver(): Observer<ReadHost> {
  return {
    name: 'ledger',
    serves: ['port-lease', 'job'],
    observe: async (cx) => ({ resources: [...leases(cx.ledger), ...jobMarks(cx.ledger)] }),
  };
}

function leases(ledger: LedgerView): ObservedResource[] {
  return Object.entries(ledger.leases).map(([key, port]) => {
    const owner = leaseOwner(key as ResourceKey).slice('container/'.length);
    return {
      ...written(key as ResourceKey, ledger.containers[owner]?.slot),
      state: { port },
      claims: [leaseClaim(port)],
    };
  });
}

/** A job that ran to its end leaves nothing else to look at. */
function jobMarks(ledger: LedgerView): ObservedResource[] {
  return Object.entries(ledger.jobs).map(([slot, done]) => {
    const state: JobState = {
      mark: done.mark,
      exitCode: done.exitCode,
      startedAt: done.startedAt,
      finishedAt: done.finishedAt,
    };
    return { ...written(`job/${slot}`, slot), slot, state: state as unknown as Json };
  });
}

function written(key: ResourceKey, slot: string | undefined) {
  return {
    key,
    kind: key.slice(0, key.indexOf('/')),
    slot: key as string,
    services: slot === undefined ? [] : [slot.split('/')[0] ?? slot],
    owner: 'managed',
    health: 'none',
    references: [],
    claims: [],
  } as const;
}
