import type { KindDefinition } from '@reconcile/core';
import { kinds } from '@reconcile/core/kinds';
import type { ListenerSpec } from '@reconcile/core/kinds/listener';
import type { RouteSpec } from '@reconcile/core/kinds/route';
import type { NodeConfig } from '../../config/model.ts';

/** What a proxy can do less than its kinds say: `declines` is told as unmanaged, without `parks` a plan says *away*. */
type Limits = Readonly<Record<string, Pick<KindDefinition, 'declines' | 'parks'>>>;

/** Every kind, as far as this node's drivers can follow it. */
export async function nodeKinds(config: Pick<NodeConfig, 'drivers'>): Promise<readonly KindDefinition[]> {
  const limits = await proxyLimits(config.drivers.proxy);
  return limits === undefined ? kinds : kinds.map((kind) => ({ ...kind, ...limits[kind.kind] }));
}

async function proxyLimits(proxy: NodeConfig['drivers']['proxy']): Promise<Limits | undefined> {
  switch (proxy) {
    case 'caddy': {
      const { caddyLimit } = await import('@reconcile/drivers/caddy/limits');
      return { route: { parks: false, declines: ({ spec }) => caddyLimit(spec as unknown as RouteSpec) } };
    }
    case 'mcproxy': {
      const { mcproxyLimit, mcproxyListenerLimit, replicasOf } = await import('@reconcile/drivers/mcproxy/limits');
      return {
        listener: { declines: ({ spec }) => mcproxyListenerLimit(spec as unknown as ListenerSpec) },
        route: {
          parks: false,
          declines: (resource, desired) => {
            const spec = resource.spec as unknown as RouteSpec;
            return mcproxyLimit(spec, replicasOf(spec, desired));
          },
        },
      };
    }
    case 'haproxy':
    case 'none':
      return undefined;
  }
}
