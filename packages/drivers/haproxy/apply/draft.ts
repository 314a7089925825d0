import type { Action, ResourceKey } from '@reconcile/core';
import type { ListenerSpec } from '@reconcile/core/kinds/listener';
import type { ParkArgs, RouteArgs, RouteSpec } from '@reconcile/core/kinds/route';
import { fail } from '../errors.ts';
import { isServed, type ListenerRecord, type Manifest, type RouteRecord } from '../record/manifest.ts';
import { mapKey, parseAddress, plainBind } from '../record/names.ts';

/**
 * A record while the actions of one turn are written into it. Whatever comes from a definition is checked here, before
 * anything is changed, so that one bad route is refused alone. Backends are given out afterwards, for all together.
 */
export class Draft {
  readonly #before: Manifest;
  readonly #listeners: Map<string, ListenerRecord>;
  readonly #routes: Map<ResourceKey, RouteRecord>;
  /** Who is looked up by what. */
  readonly #names = new Map<string, ResourceKey>();

  constructor(before: Manifest) {
    this.#before = before;
    this.#listeners = new Map(Object.entries(before.listeners));
    this.#routes = new Map(Object.entries(before.routes) as [ResourceKey, RouteRecord][]);
    for (const [key, { spec }] of this.#routes) this.#names.set(lookup(spec), key);
  }

  /** @throws HAPROXY_ROUTE HAPROXY_CONFLICT HAPROXY_NOT_SUPPORTED HAPROXY_NO_LISTENER HAPROXY_VERB */
  apply(action: Action, now: number): void {
    if (action.kind === 'listener') this.#listener(action);
    else if (action.kind === 'route') this.#route(action, now);
    else throw unknown(action);
  }

  done(): Manifest {
    const routes = Object.fromEntries(this.#routes) as Manifest['routes'];
    return { ...this.#before, listeners: Object.fromEntries(this.#listeners), routes };
  }

  #listener(action: Action): void {
    const port = action.key.slice('listener/'.length);
    switch (action.verb) {
      case 'create':
      case 'update': {
        const { spec } = action.args as unknown as { spec: ListenerSpec };
        checkListener(action.key, port, spec);
        this.#listeners.set(port, { services: action.services, spec });
        return;
      }
      case 'delete':
        this.#listeners.delete(port);
        return;
      default:
        throw unknown(action);
    }
  }

  #route(action: Action, now: number): void {
    const { key } = action;
    const before = this.#routes.get(key);
    switch (action.verb) {
      case 'create':
      case 'update':
      case 'unpark': {
        const { spec, specHash, targets } = action.args as unknown as RouteArgs;
        this.#check(key, spec);
        for (const target of targets) parseAddress(target);
        const { backend, servers } = before ?? { backend: '', servers: [] };
        const asked = { services: action.services, spec, specHash, schema: 1, targets };
        this.#forget(key);
        this.#names.set(lookup(spec), key);
        this.#routes.set(key, { ...asked, parked: [], parkedAt: 0, backend, servers });
        return;
      }
      case 'park': {
        if (before === undefined) return;
        const { targets } = action.args as unknown as ParkArgs;
        const parked = before.targets.filter((target) => targets.includes(target));
        this.#routes.set(key, { ...before, parked, parkedAt: before.parked.length > 0 ? before.parkedAt : now });
        return;
      }
      case 'delete':
        this.#forget(key);
        return;
      default:
        throw unknown(action);
    }
  }

  #forget(key: ResourceKey): void {
    const before = this.#routes.get(key);
    if (before !== undefined) this.#names.delete(lookup(before.spec));
    this.#routes.delete(key);
  }

  #check(key: ResourceKey, spec: RouteSpec): void {
    const name = lookup(spec);
    if (spec.mode === 'l4' && spec.path !== '/') throw refuse(key, 'a path needs l7: in l4 the proxy sees no requests');
    const missing = unsupported(spec);
    if (missing.length > 0) throw refuse(key, `not built yet: ${missing.join(', ')}`);
    const other = this.#names.get(name);
    if (other !== undefined && other !== key) {
      throw fail('HAPROXY_CONFLICT', { message: `serve ${key}`, key, wanted: name, actual: `${other} has it` });
    }
    const listener = this.#listeners.get(String(spec.listener));
    if (listener === undefined) {
      throw fail('HAPROXY_NO_LISTENER', { message: `serve ${key}`, key, wanted: `listener/${spec.listener}` });
    }
    if (isServed(listener, spec)) return;
    throw refuse(key, spec.mode === 'l7' ? 'l7 on a listener that speaks TLS' : 'l4 where no TLS tells names');
  }
}

function lookup(spec: RouteSpec): string {
  return `${spec.listener} ${spec.mode} ${mapKey(spec)}`;
}

function checkListener(key: ResourceKey, port: string, spec: ListenerSpec): void {
  if (spec.binds.length === 0 || String(spec.port) !== port || !(spec.port >= 1 && spec.port <= 65535)) {
    throw fail('HAPROXY_ROUTE', { message: `listen as ${key}`, key, wanted: 'a port and its binds' });
  }
  for (const bind of spec.binds) plainBind(bind);
}

/** Declared and not yet built: refused by name, never ignored. */
function unsupported(spec: RouteSpec): string[] {
  return [
    ...(spec.remote === null ? [] : ['remote']),
    ...(spec.backendTls === null ? [] : ['backend_tls']),
    ...(spec.rateLimit === 0 ? [] : ['rate_limit']),
    ...(spec.allow.length === 0 ? [] : ['allow']),
    ...(spec.deny.length === 0 ? [] : ['deny']),
    ...(Object.keys(spec.headers).length === 0 ? [] : ['headers']),
  ];
}

function refuse(key: ResourceKey, actual: string) {
  return fail('HAPROXY_NOT_SUPPORTED', { message: `serve ${key}`, key, actual });
}

function unknown(action: Action) {
  return fail('HAPROXY_VERB', { message: `apply ${action.id}`, key: action.key });
}
