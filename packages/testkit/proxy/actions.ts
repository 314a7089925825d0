import type { Action, Json, ResourceKey, Verb } from '@reconcile/core';
import type { ListenerSpec } from '@reconcile/core/kinds/listener';
import { type RouteSpec, routeDefaults } from '@reconcile/core/kinds/route';

/** What a plan would ask of a proxy driver. */
export function proxyAction(key: ResourceKey, verb: Verb, args: unknown): Action {
  const services = key.startsWith('route/') ? [key.split('/')[2]?.split('.')[0] ?? 'web'] : ['api', 'web'];
  return {
    id: `${key}#${verb}`,
    key,
    slot: key,
    services,
    kind: key.slice(0, key.indexOf('/')),
    verb,
    phase: verb === 'delete' ? 'retire' : verb === 'park' ? 'release' : 'make',
    needs: [],
    args: args as Json,
    risk: 'safe',
    reason: { code: 'Missing' },
    timeoutMs: 30_000,
  };
}

/** Actions on one listener; `binds` default to loopback at its own port. */
export function listenerActions(port: number, given: Partial<ListenerSpec> = {}) {
  const key: ResourceKey = `listener/${port}`;
  const spec: ListenerSpec = { port, binds: [`127.0.0.1:${port}`], tls: false, ...given };
  return {
    key,
    spec,
    create: proxyAction(key, 'create', { spec }),
    update: (next: Partial<ListenerSpec>) => proxyAction(key, 'update', { spec: { ...spec, ...next } }),
    delete: proxyAction(key, 'delete', {}),
  };
}

/** Actions on one route. Its mode follows `tls`: plain listeners are l7, TLS ones l4. */
export function routeActions(given: Partial<RouteSpec> & Pick<RouteSpec, 'listener' | 'hostname'>) {
  const tls = given.tls ?? false;
  const mode = tls ? 'l4' : 'l7';
  const slot = `${given.hostname.split('.')[0]}/web`;
  const spec: RouteSpec = { ...routeDefaults, backends: [{ slot, route: '' }], mode, ...given, tls };
  const key: ResourceKey = `route/${spec.listener}/${spec.hostname}${spec.path === '/' ? '' : spec.path}`;
  const args = (targets: readonly string[]) => ({ spec, specHash: 'abcd1234', targets });
  return {
    key,
    spec,
    create: (targets: readonly string[]) => proxyAction(key, 'create', args(targets)),
    update: (targets: readonly string[]) => proxyAction(key, 'update', args(targets)),
    unpark: (targets: readonly string[]) => proxyAction(key, 'unpark', args(targets)),
    park: (targets: readonly string[]) => proxyAction(key, 'park', { targets }),
    delete: proxyAction(key, 'delete', {}),
  };
}

/** A life of listeners and routes from nothing to nothing. */
export function proxyScript(ports: { readonly plain: number; readonly tls: number; readonly spare: number }): Action[] {
  const plain = listenerActions(ports.plain);
  const tls = listenerActions(ports.tls, { tls: true });
  const web = routeActions({ listener: ports.plain, hostname: 'web.example.net' });
  const api = routeActions({ listener: ports.plain, hostname: 'web.example.net', path: '/api' });
  const mail = routeActions({ listener: ports.tls, hostname: 'mail.example.net', tls: true });
  return [
    plain.create,
    web.create(['127.0.0.1:31001']),
    api.create(['127.0.0.1:31002', '127.0.0.1:31003']),
    tls.create,
    mail.create(['127.0.0.1:31004']),
    web.update(['127.0.0.1:31005']),
    web.park(['127.0.0.1:31005']),
    web.unpark(['127.0.0.1:31006']),
    api.park(['127.0.0.1:31002']),
    api.update(['127.0.0.1:31003', '127.0.0.1:31007', '[::1]:31008']),
    plain.update({ binds: [`127.0.0.1:${ports.plain}`, `[::1]:${ports.spare}`] }),
    mail.delete,
    api.delete,
    tls.delete,
    web.delete,
    plain.delete,
  ];
}
