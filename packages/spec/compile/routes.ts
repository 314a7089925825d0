import type { ResourceKey } from '@reconcile/core';
import type { UpdateSpec } from '@reconcile/core/kinds/container';
import { type RouteSpec, routeReferences } from '@reconcile/core/kinds/route';
import type { ComponentDefinition, RouteDefinition, ServiceDefinition } from '../model/index.ts';
import { updateOf } from './care.ts';
import { addCertificate } from './certificates.ts';
import type { Compilation } from './context.ts';
import { addListener, listenerSpec } from './listeners.ts';
import { edgeNodes } from './placement.ts';
import { stopTimeoutOf } from './run.ts';
import { hostnameOf, internalName, wildcardOf } from './zones.ts';

/** Routes of one component, with what they need: listener, certificate; and the names to publish. */
export function compileRoutes(service: ServiceDefinition, component: ComponentDefinition, cx: Compilation): void {
  const hasEdges = edgeNodes(cx.input.fleet).length > 0;
  for (const route of component.routes) {
    const spec = routeSpec(service, component, { route, cx });
    if (route.public && hasEdges) behindEdge(service, spec, cx);
    else addRoute(service, spec, cx);
  }
}

/** A replacement that fails still has to be stopped, and the good version started and gated again, before anybody answers. */
const rollbackMs = 30_000;

/** How long a request may wait at a parked route: as long as a stop-first replacement and its rollback may take. */
function holdMs(update: UpdateSpec, component: ComponentDefinition): number {
  return update.deadlineMs + update.drainMs + 2 * stopTimeoutOf(component) + rollbackMs;
}

function routeSpec(
  service: ServiceDefinition,
  component: ComponentDefinition,
  { route, cx }: { route: RouteDefinition; cx: Compilation },
): RouteSpec {
  const hostname = hostnameOf(route, service, cx.input.fleet);
  const update = updateOf(component, cx.input.fleet);
  const { tls } = listenerSpec(route.port, cx);
  const certificate = route.mode === 'l7' && tls ? hostname : '';
  return {
    allow: route.allow,
    backendTls:
      route.backendTls === null
        ? null
        : { serverName: route.backendTls.serverName || hostname, verify: route.backendTls.verify },
    backends: [{ route: route.name, slot: `${service.name}/${component.name}` }],
    deny: route.deny,
    headers: route.headers,
    holdMs: update.holdRequests ? holdMs(update, component) : 0,
    hostname,
    listener: route.port,
    mode: route.mode,
    path: route.path,
    proxyProtocol: route.proxyProtocol,
    rateLimit: route.rateLimit,
    remote: null,
    tls,
    certificate,
    wildcard: certificate === '' ? '' : wildcardOf(certificate, cx.input.fleet),
    redirectFrom: redirectFrom(route, tls, cx),
    h2c: route.mode === 'l7' && speaksGrpc(component, route),
  };
}

/** Whoever asks in the clear is sent to the name's own address, where this node listens on 80 by its node.toml. */
function redirectFrom(route: RouteDefinition, tls: boolean, { input }: Compilation): number {
  const isUsual = route.mode === 'l7' && tls && route.port === 443;
  return isUsual && Object.hasOwn(input.node.listeners, 80) && input.node.listeners[80]?.tls === false ? 80 : 0;
}

/** A program that is asked for its health by gRPC speaks HTTP/2 there, with or without TLS. */
function speaksGrpc(component: ComponentDefinition, route: RouteDefinition): boolean {
  const { port, type } = component.health;
  if (type !== 'grpc' || route.backendTls !== null) return false;
  return port === undefined || port === null || port === route.name || port === route.containerPort;
}

export function routeKey(spec: RouteSpec): ResourceKey {
  return `route/${spec.listener}/${spec.hostname}${spec.path === '/' ? '' : spec.path}`;
}

/** A route with a name, and where the proxy ends TLS a certificate, of its own. */
export function addRoute(service: ServiceDefinition, spec: RouteSpec, cx: Compilation): void {
  put(service, spec, cx);
  if (spec.certificate !== '') addCertificate(service, spec.certificate, cx);
  publish(service, spec, cx);
}

/**
 * On the worker of a public service. The edge dials this listener with the internal name as SNI, so that name has the
 * certificate; the public name is told apart by Host alone and has neither certificate nor record here. Inside, the
 * service is reached by its internal name.
 */
function behindEdge(service: ServiceDefinition, spec: RouteSpec, cx: Compilation): void {
  if (spec.mode === 'l4' || !spec.tls) {
    put(service, spec, cx);
    return;
  }
  const internal = internalName(service, cx.input.fleet);
  const shown = { certificate: internal, wildcard: wildcardOf(internal, cx.input.fleet) };
  put(service, { ...spec, ...shown, redirectFrom: 0 }, cx);
  addCertificate(service, internal, cx);
  const inside = { ...spec, ...shown, hostname: internal };
  if (!cx.out.has(routeKey(inside)) && !declares(service, inside, cx)) addRoute(service, inside, cx);
}

/** Does the service itself say where its internal name leads? */
function declares(service: ServiceDefinition, spec: RouteSpec, { input }: Compilation): boolean {
  return service.components.some((component) =>
    component.routes.some(
      (route) =>
        route.port === spec.listener &&
        route.path === spec.path &&
        hostnameOf(route, service, input.fleet) === spec.hostname,
    ),
  );
}

function put(service: ServiceDefinition, spec: RouteSpec, cx: Compilation): void {
  addListener(service, spec.listener, cx);
  if (spec.redirectFrom !== 0) addListener(service, spec.redirectFrom, cx);
  cx.out.share(routeKey(spec), service.name, () => ({ spec, references: routeReferences(spec) }));
}

/** Notes that a name should lead here; records are made once all its routes are known. */
function publish(service: ServiceDefinition, spec: RouteSpec, { published }: Compilation): void {
  const name = published.get(spec.hostname) ?? { routes: new Set(), services: new Set() };
  name.routes.add(routeKey(spec));
  name.services.add(service.name);
  published.set(spec.hostname, name);
}
