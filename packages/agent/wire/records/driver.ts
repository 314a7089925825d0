import type { Driver } from '@reconcile/core';
import { type RecordArgs, recordProvider } from '@reconcile/core/kinds/record';
import type { Host, ReadHost } from '@reconcile/host';
import { fail } from '../../errors.ts';
import { type RecordSource, recordsObserver } from './observe.ts';

/** All zones as one driver: each action goes to the driver of its zone. */
export function recordsDriver(sources: readonly RecordSource<Driver<ReadHost, Host>>[]): Driver<ReadHost, Host> {
  const byProvider = new Map(sources.map(({ provider, driver }) => [provider, driver]));
  return {
    ...recordsObserver(sources),
    async apply(cx, action) {
      const provider = recordProvider((action.args as unknown as RecordArgs).spec);
      const driver = byProvider.get(provider);
      if (driver === undefined)
        throw fail('RECORD_NO_DRIVER', { message: action.id, key: action.key, wanted: `[drivers.${provider}]` });
      return driver.apply(cx, action);
    },
  };
}
