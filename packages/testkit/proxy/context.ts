import { type ApplyContext, type Desired, defaultBlast, type Log } from '@reconcile/core';

const desired: Desired = {
  fleet: 'home',
  node: 'rift',
  generation: 1,
  commit: '0'.repeat(40),
  stages: [],
  services: {},
  resources: {},
  refusals: [],
  absences: [],
  allows: [],
  policy: { mounts: [], images: ['*'], flags: [], blast: defaultBlast },
};

const quiet: Log = { debug: () => undefined, warn: () => undefined };

/** What a cycle hands to a driver, for drivers that need nothing of the ledger. */
export function bareContext<H>(host: H, signal: AbortSignal = new AbortController().signal): ApplyContext<H> {
  return {
    host,
    signal,
    log: quiet,
    node: desired.node,
    fleet: desired.fleet,
    bootId: 'boot-1',
    now: 1_700_000_000_000,
    desired,
    ledger: { containers: {}, leases: {}, pins: {}, secrets: {}, volumes: {}, jobs: {}, notes: {} },
  };
}
