import type { Action, Driver } from '@reconcile/core';
import type { CertificateArgs } from '@reconcile/core/kinds/certificate';
import type { Host, ReadHost } from '@reconcile/host';
import { fail } from '../../errors.ts';
import { certificatesObserver, type IssuerSource } from './observe.ts';

/** All issuers as one driver: each action goes to the one that signs for the name, or made what is to go. */
export function certificatesDriver(sources: readonly IssuerSource<Driver<ReadHost, Host>>[]): Driver<ReadHost, Host> {
  const byProvider = new Map<string, Driver<ReadHost, Host>>(sources.map(({ provider, driver }) => [provider, driver]));
  return {
    ...certificatesObserver(sources),
    async apply(cx, action) {
      const issuer = issuerOf(action);
      const driver = byProvider.get(issuer);
      if (driver === undefined)
        throw fail('ISSUER_NO_DRIVER', { message: action.id, key: action.key, wanted: `[drivers.${issuer}]` });
      return driver.apply(cx, action);
    },
  };
}

function issuerOf({ args, verb }: Action): string {
  if (verb === 'delete') return (args as unknown as { issuer: string }).issuer;
  return (args as unknown as CertificateArgs).spec.issuer;
}
