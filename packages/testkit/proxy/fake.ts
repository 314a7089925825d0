import {
  type Action,
  type Driver,
  errorFactory,
  type KindDefinition,
  type ObservedResource,
  type ResourceKey,
} from '@reconcile/core';
import { type ListenerState, listener } from '@reconcile/core/kinds/listener';
import { type RouteState, route } from '@reconcile/core/kinds/route';

export const proxyKinds = [listener, route] as unknown as readonly KindDefinition[];

/** Faults as configuration; change them while it runs. */
export interface ProxyFaults {
  /** Nobody answers: looking and writing throw. */
  unreachable?: boolean;
  /** The process is gone, its files are left. */
  stopped?: boolean;
  /** Keys whose actions fail, with the code. */
  readonly refuse: Map<ResourceKey, string>;
}

const fail = errorFactory({
  PROXY_UNREACHABLE: { retry: 'backoff', says: 'The proxy does not answer.' },
  PROXY_REFUSED: { retry: 'backoff', says: 'The proxy refused a change.' },
  PROXY_CANCELLED: { retry: 'backoff', says: 'An action was given up before it began.' },
  PROXY_NO_LISTENER: { retry: 'backoff', says: 'A route needs its listener.' },
});

/** A proxy in memory for tests of what stands above drivers. It keeps the same law as the real ones (proxy.test.ts). */
export class FakeProxy<H = unknown> {
  readonly faults: ProxyFaults = { refuse: new Map() };
  readonly applied: string[] = [];
  readonly #resources = new Map<ResourceKey, ObservedResource>();
  readonly driver: Driver<H>;

  constructor() {
    this.driver = {
      name: 'fake-proxy',
      serves: ['listener', 'route'],
      observe: async () => {
        if (this.faults.unreachable === true) throw fail('PROXY_UNREACHABLE', { message: 'ask the proxy' });
        return { resources: [...this.#resources.values()].map((one) => this.#seen(one)) };
      },
      apply: async (cx, action) => {
        await Promise.resolve();
        if (cx.signal.aborted) throw fail('PROXY_CANCELLED', { message: `apply ${action.id}` });
        this.#apply(action);
        return undefined;
      },
    };
  }

  /** What runs, changed behind everybody's back. */
  edit(key: ResourceKey, targets: readonly string[]): void {
    const seen = this.#resources.get(key);
    if (seen === undefined) return;
    const state: RouteState = { ...(seen.state as unknown as RouteState), targets, drifted: true };
    this.#resources.set(key, { ...seen, state: state as never });
  }

  /** Addresses that requests for a route go to now; undefined: no such route. */
  targets(key: ResourceKey): readonly string[] | undefined {
    return (this.#resources.get(key)?.state as RouteState | undefined)?.targets;
  }

  fingerprint(): string {
    return JSON.stringify([...this.#resources]);
  }

  #seen(resource: ObservedResource): ObservedResource {
    if (this.faults.stopped !== true) return resource;
    if (resource.kind === 'route') return { ...resource, state: { ...(resource.state as object), drifted: true } };
    const state: ListenerState = { ...(resource.state as unknown as ListenerState), binds: [] };
    return { ...resource, state: state as never };
  }

  #apply(action: Action): void {
    if (this.faults.unreachable === true) throw fail('PROXY_UNREACHABLE', { message: `apply ${action.id}` });
    const refusal = this.faults.refuse.get(action.key);
    if (refusal !== undefined) throw fail('PROXY_REFUSED', { message: `apply ${action.id}`, actual: refusal });
    const port = action.key.split('/')[1] ?? '';
    const adds = action.kind === 'route' && action.verb !== 'delete' && action.verb !== 'park';
    if (adds && !this.#resources.has(`listener/${port}`))
      throw fail('PROXY_NO_LISTENER', { message: `apply ${action.id}` });
    const before = this.#resources.get(action.key);
    const kind = proxyKinds.find((definition) => definition.kind === action.kind);
    const observed = { node: '', at: 0, bootId: '', resources: {}, blind: {}, busy: [] };
    const left = kind?.effect(action, before, observed);
    if (left === 'gone' || left === undefined) this.#resources.delete(action.key);
    else this.#resources.set(action.key, { ...left, schema: kind?.version ?? 1 });
    if (action.verb !== 'delete' && action.verb !== 'park') this.faults.stopped = false;
    this.applied.push(action.id);
  }
}
