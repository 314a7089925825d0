import { type Action, type Driver, errorFactory, type Json, type ObservedResource } from '@reconcile/core';
import {
  type FoundRecord,
  isOurs,
  type RecordArgs,
  recordKey,
  recordProblem,
  seenRecord,
} from '@reconcile/core/kinds/record';

const fail = errorFactory({
  DNS_FAKE_DOWN: { retry: 'backoff', says: 'The server does not answer.' },
  DNS_FAKE_REFUSED: { retry: 'backoff', says: 'The server refused a change.' },
  DNS_FAKE_NOT_OURS: { retry: 'on-change', says: 'The record is not ours.' },
});

/** Faults as configuration; change them while it runs. */
export interface DnsFaults {
  isDown?: boolean;
  isRefusing?: boolean;
}

/** A DNS server in memory for tests of what stands above drivers; it keeps the same law as the real ones. */
export class FakeDns<H = unknown> {
  readonly faults: DnsFaults = {};
  readonly found = new Map<string, FoundRecord>();
  /** Rises with each change, as an SOA serial. */
  serial = 1;
  readonly driver: Driver<H>;

  constructor() {
    this.driver = {
      name: 'fake-dns',
      serves: ['record'],
      observe: async (cx) => {
        if (this.faults.isDown === true) throw fail('DNS_FAKE_DOWN', { message: 'read the zone' });
        const seen = [...this.found.values()].map((one) => seenRecord(one, cx));
        return { resources: seen as unknown as ObservedResource<Json>[] };
      },
      apply: async (cx, action) => {
        await Promise.resolve();
        if (cx.signal.aborted) throw fail('DNS_FAKE_DOWN', { message: `give up ${action.id}` });
        this.#apply(action, cx);
        return undefined;
      },
    };
  }

  /** A record that nobody of us made. */
  place(found: Omit<FoundRecord, 'mark'>): void {
    this.found.set(recordKey(found), { ...found, mark: undefined });
  }

  #apply(action: Action, me: { readonly fleet: string; readonly node: string }): void {
    const { spec } = action.args as unknown as RecordArgs;
    if (this.faults.isDown === true) throw fail('DNS_FAKE_DOWN', { message: action.id });
    if (this.faults.isRefusing === true || recordProblem(spec) !== undefined)
      throw fail('DNS_FAKE_REFUSED', { message: action.id });
    const before = this.found.get(action.key);
    if (before !== undefined && !isOurs(before.mark, me)) throw fail('DNS_FAKE_NOT_OURS', { message: action.id });
    const { type, hostname, zone, driver, value, routes } = spec;
    const mark = { fleet: me.fleet, node: me.node, services: action.services, routes };
    if (action.verb === 'delete') this.found.delete(action.key);
    else this.found.set(action.key, { type, hostname, zone, driver, state: { values: [value] }, mark });
    this.serial++;
  }
}
