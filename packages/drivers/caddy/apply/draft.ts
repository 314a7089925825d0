import type { Action, ResourceKey } from '@reconcile/core';
import type { ListenerSpec } from '@reconcile/core/kinds/listener';
import type { RouteArgs, RouteSpec } from '@reconcile/core/kinds/route';
import { fail } from '../errors.ts';
import { caddyLimit } from '../limits/limits.ts';
import type { SeenSite } from '../observe/look.ts';
import { listenAddress } from '../record/names.ts';
import { type RouteRecord, type Site, type Sites, specOf } from '../record/record.ts';
import { renderRoute } from '../render/render.ts';

/**
 * What runs, while the actions of one turn are written into it. Whatever comes from a definition is checked here, before
 * anything is changed, so that one bad route is refused alone.
 */
export class Draft {
  readonly #sites: Map<string, Site>;
  /** Ports whose server is to be written. */
  readonly touched = new Set<string>();

  readonly #own = new Map<string, Map<ResourceKey, RouteRecord>>();
  readonly #names = new Map<string, Map<string, ResourceKey>>();
  /** Which servers send names on to a route, as they run: a write that was the last one may have left them behind. */
  readonly #redirects: readonly (readonly [string, ReadonlySet<string>])[];

  constructor(before: ReadonlyMap<string, SeenSite>) {
    this.#sites = new Map(before);
    this.#redirects = [...before].map(([port, { redirects }]) => [port, redirects]);
  }

  get sites(): Sites {
    return this.#sites;
  }

  /** @throws CADDY_ROUTE CADDY_CONFLICT CADDY_NOT_SUPPORTED CADDY_NO_LISTENER CADDY_VERB */
  apply(action: Action): void {
    if (action.kind === 'listener') this.#listener(action);
    else if (action.kind === 'route') this.#route(action);
    else throw unknown(action);
  }

  #listener(action: Action): void {
    const port = action.key.slice('listener/'.length);
    const before = this.#sites.get(port);
    switch (action.verb) {
      case 'create':
      case 'update': {
        const { spec } = action.args as unknown as { spec: ListenerSpec };
        checkListener(action.key, port, spec);
        this.#sites.set(port, { listener: { services: action.services, spec }, routes: before?.routes ?? new Map() });
        this.touched.add(port);
        return;
      }
      case 'delete':
        if (this.#sites.delete(port)) this.touched.add(port);
        this.#names.delete(port);
        this.#touchRedirects((key) => key.startsWith(`route/${port}/`));
        return;
      default:
        throw unknown(action);
    }
  }

  #route(action: Action): void {
    const { key } = action;
    switch (action.verb) {
      case 'create':
      case 'update':
      case 'unpark': {
        const { spec, specHash, targets } = action.args as unknown as RouteArgs;
        const record: RouteRecord = { key, services: action.services, spec, specHash, schema: 1, targets };
        this.#put(record);
        return;
      }
      case 'park':
        throw fail('CADDY_NOT_SUPPORTED', {
          message: `park ${key}`,
          key,
          actual: 'a change of its configuration ends requests that wait in Caddy',
        });
      case 'delete': {
        const port = key.split('/')[1] ?? '';
        this.#touchRedirects((one) => one === key);
        const site = this.#sites.get(port);
        if (site?.routes.has(key) !== true) return;
        this.#forget(port, site, key);
        this.touched.add(port);
        return;
      }
      default:
        throw unknown(action);
    }
  }

  #put(record: RouteRecord): void {
    const { key, spec } = record;
    const limit = caddyLimit(spec);
    if (limit !== undefined) throw fail('CADDY_NOT_SUPPORTED', { message: `serve ${key}`, key, actual: limit });
    renderRoute(record);
    const port = String(spec.listener);
    const site = this.#sites.get(port);
    if (site === undefined) {
      throw fail('CADDY_NO_LISTENER', { message: `serve ${key}`, key, wanted: `listener/${port}` });
    }
    const other = this.#namesOf(port, site).get(nameOf(spec));
    if (other !== undefined && other !== key) {
      const wanted = `${spec.hostname}${spec.path} on ${port}`;
      throw fail('CADDY_CONFLICT', { message: `serve ${key}`, key, wanted, actual: `${other} has it` });
    }
    if (site.listener.spec.tls !== spec.tls) {
      const actual = spec.tls ? 'its listener does not speak TLS' : 'its listener speaks TLS';
      throw fail('CADDY_NOT_SUPPORTED', { message: `serve ${key}`, key, actual });
    }
    this.#forget(port, site, key);
    this.#routesOf(port, site).set(key, record);
    this.#namesOf(port, site).set(nameOf(spec), key);
    this.touched.add(port);
    this.#touchRedirects((one) => one === key);
    const from = String(specOf(record).redirectFrom);
    if (this.#sites.has(from)) this.touched.add(from);
  }

  #touchRedirects(isMeant: (key: string) => boolean): void {
    for (const [port, redirects] of this.#redirects) {
      if (this.#sites.has(port) && [...redirects].some(isMeant)) this.touched.add(port);
    }
  }

  #forget(port: string, site: Site, key: ResourceKey): void {
    const before = site.routes.get(key);
    if (before !== undefined) this.#namesOf(port, site).delete(nameOf(specOf(before)));
    this.#routesOf(port, site).delete(key);
  }

  /** A copy that may be changed, made at the first change of that listener. */
  #routesOf(port: string, given: Site): Map<ResourceKey, RouteRecord> {
    const site = this.#sites.get(port) ?? given;
    const own = this.#own.get(port);
    if (own !== undefined && own === site.routes) return own;
    const routes = new Map(site.routes);
    this.#own.set(port, routes);
    this.#sites.set(port, { ...site, routes });
    return routes;
  }

  /** Who has which name on a listener. */
  #namesOf(port: string, site: Site): Map<string, ResourceKey> {
    const known = this.#names.get(port);
    if (known !== undefined) return known;
    const names = new Map([...site.routes].map(([key, record]) => [nameOf(specOf(record)), key]));
    this.#names.set(port, names);
    return names;
  }
}

function nameOf({ hostname, path }: RouteSpec): string {
  return `${hostname.toLowerCase()}${path.replace(/\/$/, '')}`;
}

function checkListener(key: ResourceKey, port: string, spec: ListenerSpec): void {
  if (spec.binds.length === 0 || String(spec.port) !== port || !(spec.port >= 1 && spec.port <= 65535)) {
    throw fail('CADDY_ROUTE', { message: `listen as ${key}`, key, wanted: 'a port and its binds' });
  }
  for (const bind of spec.binds) listenAddress(bind);
}

function unknown(action: Action) {
  return fail('CADDY_VERB', { message: `apply ${action.id}`, key: action.key });
}
