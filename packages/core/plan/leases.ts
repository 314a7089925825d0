import type { ObservedResource } from '../model/observed.ts';
import type { ResourceKey } from '../model/resource.ts';

/**
 * Leased ports of one planning turn, by key `port-lease/<container>/<route>` and by container: who asks a thousand times for the
 * ports of a container it has in hand need not spell a thousand keys.
 */
export class Leases {
  readonly #byKey = new Map<ResourceKey, number>();
  readonly #byContainer = new Map<ResourceKey, Map<string, number>>();

  constructor(seen: readonly ObservedResource[]) {
    for (const { key, kind, state } of seen) {
      if (kind !== 'port-lease') continue;
      const port = (state as { port?: number } | null)?.port;
      if (port !== undefined) this.set(key, port);
    }
  }

  set(key: ResourceKey, port: number): void {
    this.#byKey.set(key, port);
    const [, name = '', route = ''] = key.split('/');
    const container: ResourceKey = `container/${name}`;
    const routes = this.#byContainer.get(container) ?? new Map<string, number>();
    this.#byContainer.set(container, routes);
    routes.set(route, port);
  }

  get(key: ResourceKey): number | undefined {
    return this.#byKey.get(key);
  }

  of(container: ResourceKey, route: string): number | undefined {
    return this.#byContainer.get(container)?.get(route);
  }
}
