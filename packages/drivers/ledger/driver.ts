import { type Driver, errorFactory } from '@reconcile/core';
import type { Host, ReadHost } from '@reconcile/host';
import { driverErrors } from '../errors.ts';
import { ledgerObserver } from './observe/observe.ts';

const fail = errorFactory(driverErrors);

/** Port leases: done once they are written down, which happens with the action's tick. Jobs are run by podman's driver. */
export function ledgerDriver(): Driver<ReadHost, Host> {
  return {
    ...ledgerObserver(),
    async apply(_cx, action) {
      if (action.kind === 'port-lease' && action.verb === 'acquire')
        return { port: (action.args as { port: number }).port };
      if (action.kind === 'port-lease' && action.verb === 'delete') return {};
      throw fail('LEDGER_VERB', { message: `${action.verb} ${action.key}` });
    },
  };
}
