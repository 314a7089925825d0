import type { Json, ObservedResource, Observer } from '@reconcile/core';
import type { Issuer } from '@reconcile/core/kinds/certificate';
import type { ReadHost } from '@reconcile/host';

/** One table of node.toml that makes certificates. */
export interface IssuerSource<O extends Observer<ReadHost> = Observer<ReadHost>> {
  readonly provider: Issuer;
  readonly driver: O;
}

/**
 * All issuers as one observer of the kind: each shows what it made. Where a name changes hands, what the wanted issuer says
 * of it goes before what lies there of another.
 */
export function certificatesObserver(sources: readonly IssuerSource[]): Observer<ReadHost> {
  return {
    name: 'certificates',
    serves: ['certificate'],
    async observe(cx) {
      const sights = await Promise.all(
        sources.map(async ({ driver, provider }) => ({ provider, ...(await driver.observe(cx)) })),
      );
      const found = new Map<string, ObservedResource>();
      for (const { provider, resources } of sights) {
        for (const resource of resources) {
          const wanted = cx.desired.resources[resource.key]?.spec as { issuer?: string } | undefined;
          if (!found.has(resource.key) || provider === wanted?.issuer) found.set(resource.key, resource);
        }
      }
      const notes = Object.assign({}, ...sights.map((sight) => sight.notes ?? {})) as Readonly<Record<string, Json>>;
      return { resources: [...found.values()], notes };
    },
  };
}
