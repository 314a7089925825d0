import type { Action, ResourceKey } from '@reconcile/core';
import type { ListenerSpec } from '@reconcile/core/kinds/listener';
import {
  certificateOf,
  type ParkArgs,
  type RouteArgs,
  type RouteSpec,
  routeDefaults,
} from '@reconcile/core/kinds/route';
import { fail } from '../errors.ts';
import { isServed, type ListenerRecord, type Manifest, type RouteRecord } from '../record/manifest.ts';
import { checkHostname, mapKey, parseAddress, pemName, plainBind } from '../record/names.ts';
import { shapeOf } from '../record/shape.ts';
import { backendHead } from '../render/sections.ts';
import { checkNetwork } from '../render/values.ts';
import { covers, type Stock } from './stock.ts';

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

  readonly #stock: Stock;
  /** An action was about a listener. */
  #listens = false;

  constructor(before: Manifest, stock: Stock = new Map()) {
    this.#before = before;
    this.#stock = stock;
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
    // The same object for what is the same: whoever made something of it need not do so again.
    const listeners = this.#listens ? Object.fromEntries(this.#listeners) : this.#before.listeners;
    return { ...this.#before, listeners, routes, certificates: this.#certificates() };
  }

  /** Names that are shown; where the store has nothing sound, what we held before. */
  #certificates(): Record<string, string> {
    const found: Record<string, string> = {};
    for (const { spec } of this.#routes.values()) {
      const listener = this.#listeners.get(String(spec.listener));
      if (spec.certificate === '' || listener?.spec.tls !== true || !isServed(listener, spec)) continue;
      const name = certificateOf(spec);
      const stocked = this.#stock.get(name);
      const sha1 = stocked !== undefined && 'sha1' in stocked ? stocked.sha1 : this.#before.certificates[name];
      if (sha1 !== undefined) found[name] = sha1;
    }
    return found;
  }

  /** Texts to be written for a record made from this draft. */
  pems(next: Manifest): Record<string, string> {
    const found: Record<string, string> = {};
    for (const [name, sha1] of Object.entries(next.certificates)) {
      const stocked = this.#stock.get(name);
      if (stocked !== undefined && 'sha1' in stocked && stocked.sha1 === sha1) found[name] = stocked.pem;
    }
    return found;
  }

  #listener(action: Action): void {
    this.#listens = true;
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
        const { specHash, targets, ...given } = action.args as unknown as RouteArgs;
        // As a record gives it back.
        const spec: RouteSpec = { ...routeDefaults, ...given.spec };
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
    if (!isServed(listener, spec)) {
      throw refuse(key, spec.mode === 'l7' ? 'l7 in the clear where TLS is spoken' : 'l4 where no TLS tells names');
    }
    // Whatever goes into lines of its own is checked while it can still be refused alone.
    backendHead('b0000', shapeOf(spec, 1), { backendCa: '@system-ca', stateDir: '/' });
    if (spec.mode === 'l7' && spec.tls) this.#checkCertificate(key, spec);
  }

  /** A name is never served by TLS without a certificate of its own, and never without TLS instead. */
  #checkCertificate(key: ResourceKey, spec: RouteSpec): void {
    const { certificate } = spec;
    if (certificate === '') throw refuse(key, 'l7 where TLS is spoken, without a certificate');
    checkHostname(certificate);
    const name = certificateOf(spec);
    pemName(name);
    const stocked = this.#stock.get(name);
    if (stocked !== undefined && 'pem' in stocked && covers(stocked.names, certificate)) return;
    const actual =
      stocked === undefined
        ? 'it has none yet'
        : 'pem' in stocked
          ? `the one of ${name} is for ${stocked.names.join(', ')}`
          : stocked.trouble;
    throw fail('HAPROXY_CERTIFICATE', {
      message: `serve ${key}`,
      key,
      wanted: `a certificate for ${certificate}`,
      actual,
    });
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
  for (const edge of spec.edges ?? []) checkNetwork(edge);
}

/** Declared and not yet built: refused by name, never ignored. */
function unsupported(spec: RouteSpec): string[] {
  return [
    ...(spec.mode === 'l4' && (spec.backendTls !== null || spec.h2c || Object.keys(spec.headers).length > 0)
      ? ['backend_tls or headers in l4']
      : []),
  ];
}

function refuse(key: ResourceKey, actual: string) {
  return fail('HAPROXY_NOT_SUPPORTED', { message: `serve ${key}`, key, actual });
}

function unknown(action: Action) {
  return fail('HAPROXY_VERB', { message: `apply ${action.id}`, key: action.key });
}
