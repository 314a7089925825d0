import type { Desired } from '@reconcile/core';
import type { ListenerSpec } from '@reconcile/core/kinds/listener';
import type { RouteSpec } from '@reconcile/core/kinds/route';

/**
 * What a route asks for that the contract of MC-Proxy has no word for, for people; undefined: it can be served.
 * @param replicas containers behind it; MC-Proxy knows one backend for each name
 */
export function mcproxyLimit(spec: RouteSpec, replicas = 1): string | undefined {
  const missing = [
    ...(spec.tls ? [] : ['a listener without TLS']),
    ...(spec.path === '/' ? [] : ['path']),
    ...(spec.remote === null ? [] : ["another node's listener, verified by its own root"]),
    ...(spec.backendTls?.verify === true ? ['backend_tls with verify'] : []),
    ...(spec.h2c ? ['gRPC without TLS'] : []),
    ...(spec.rateLimit === 0 ? [] : ['rate_limit']),
    ...(spec.allow.length === 0 ? [] : ['allow']),
    ...(spec.deny.length === 0 ? [] : ['deny']),
    ...(Object.keys(spec.headers).length === 0 ? [] : ['headers']),
    ...(replicas <= 1 ? [] : [`${replicas} replicas`]),
  ];
  return missing.length === 0 ? undefined : `mcproxy cannot do ${missing.join('; ')}`;
}

/** Its listeners are its own configuration's, and all of them speak TLS. */
export function mcproxyListenerLimit(spec: ListenerSpec): string | undefined {
  return spec.tls ? undefined : 'mcproxy cannot do a listener without TLS';
}

/** Containers behind a route, as its definition asks for them. */
export function replicasOf(spec: RouteSpec, desired: Desired): number {
  const slots = Object.values(desired.resources).filter(({ kind }) => kind === 'container');
  return spec.backends
    .map(({ slot }) => slots.filter((one) => one.slot === slot || one.slot.startsWith(`${slot}/`)).length)
    .reduce((sum, count) => sum + count, 0);
}
