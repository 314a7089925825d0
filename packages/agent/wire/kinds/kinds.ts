import type { KindDefinition, Resource } from '@reconcile/core';
import { kinds } from '@reconcile/core/kinds';
import type { RouteSpec } from '@reconcile/core/kinds/route';
import type { NodeConfig } from '../../config/model.ts';

/** What a proxy can do less than the kind of route says: `declines` is told as unmanaged, without `parks` a plan says *away*. */
type Limits = Pick<KindDefinition, 'declines' | 'parks'>;

/** Every kind, as far as this node's drivers can follow it. */
export async function nodeKinds(config: Pick<NodeConfig, 'drivers'>): Promise<readonly KindDefinition[]> {
  const limits = await routeLimits(config.drivers.proxy);
  if (limits === undefined) return kinds;
  return kinds.map((kind) => (kind.kind === 'route' ? { ...kind, ...limits } : kind));
}

async function routeLimits(proxy: NodeConfig['drivers']['proxy']): Promise<Limits | undefined> {
  switch (proxy) {
    case 'caddy': {
      const { caddyLimit } = await import('@reconcile/drivers/caddy/limits');
      return { parks: false, declines: (resource: Resource) => caddyLimit(resource.spec as unknown as RouteSpec) };
    }
    case 'haproxy':
    case 'none':
      return undefined;
  }
}
