import type { Endpoint } from '../../model/contract.ts';
import type { AwaitArgs } from './args.ts';
import type { ContainerSpec, PublishedPort } from './spec.ts';

/** Variable that tells the program its port: `$PORT`, `$PORT_REST`. */
export function portVariable(route: string): string {
  return route === '' ? 'PORT' : `PORT_${route.toUpperCase().replaceAll('-', '_')}`;
}

/** Declared variables plus one per route port (specs/0002-leases-and-port.md). */
export function containerEnv(
  spec: ContainerSpec,
  leased: (route: string) => number | undefined,
): Readonly<Record<string, string>> {
  const env: Record<string, string> = { ...spec.env };
  for (const route of spec.routes) {
    const inside = route.containerPort ?? leased(route.name);
    const value = spec.network === 'host' ? (leased(route.name) ?? route.containerPort) : inside;
    if (value !== undefined && value !== null) env[portVariable(route.name)] = String(value);
  }
  return env;
}

/** Fixed ports plus `127.0.0.1:H:C` for each leased one; nothing is published with the host's network. */
export function containerPorts(
  spec: ContainerSpec,
  leased: (route: string) => number | undefined,
): readonly PublishedPort[] {
  if (spec.network === 'host') return [];
  const ports = [...spec.ports];
  for (const route of spec.routes) {
    const host = leased(route.name);
    if (route.fixed !== null || host === undefined) continue;
    ports.push({ ip: '127.0.0.1', host, container: route.containerPort ?? host, count: 1, protocol: 'tcp' });
  }
  return ports;
}

/** One spelling for a published port, ranges spelled out: what state.ports holds. */
export function portFacts(ports: readonly PublishedPort[]): readonly string[] {
  const facts: string[] = [];
  for (const port of ports) {
    for (let i = 0; i < port.count; i++) {
      facts.push(`${port.protocol}/${port.ip === '0.0.0.0' ? '' : port.ip}/${port.host + i}/${port.container + i}`);
    }
  }
  return facts.length < 2 ? facts : facts.sort();
}

/** Routes that need a leased port: those that no fixed port reaches. */
export function leasedRoutes(spec: ContainerSpec): readonly string[] {
  const names: string[] = [];
  for (const { fixed, name } of spec.routes) if (fixed === null) names.push(name);
  return names;
}

/** Where a route's port answers on this node. */
export function routeEndpoint(spec: ContainerSpec, name: string, leased: number | undefined): Endpoint | undefined {
  const route = spec.routes.find((r) => r.name === name);
  if (route === undefined) return undefined;
  if (route.fixed !== null) return { ip: reachable(route.fixed.ip), port: route.fixed.port };
  return leased === undefined ? undefined : { ip: '127.0.0.1', port: leased };
}

function reachable(ip: string): string {
  return ip === '' || ip === '0.0.0.0' || ip === '::' ? '127.0.0.1' : ip;
}

/** Where a probe asks: the published address, the port inside, and where that port is published for UDP. */
type ProbePlace = Pick<AwaitArgs, 'endpoint' | 'udp' | 'containerPort'>;

/** What the probe connects to: the wanted route or container port, else the first route, else the first port. */
export function probeTarget(
  spec: ContainerSpec,
  wanted: string | number | null,
  leased: (route: string) => number | undefined,
): ProbePlace {
  const place = tcpPlace(spec, wanted, leased);
  const inside = place.containerPort ?? wanted;
  const udp = spec.ports.find(
    ({ container, count, protocol }) =>
      protocol === 'udp' && (typeof inside !== 'number' || (container <= inside && inside < container + count)),
  );
  if (udp === undefined) return place;
  const port = udp.host + (typeof inside === 'number' ? inside - udp.container : 0);
  return { ...place, udp: { ip: reachable(udp.ip), port } };
}

function tcpPlace(
  spec: ContainerSpec,
  wanted: string | number | null,
  leased: (route: string) => number | undefined,
): ProbePlace {
  const route =
    typeof wanted === 'string'
      ? spec.routes.find((r) => r.name === wanted)
      : wanted === null
        ? spec.routes[0]
        : undefined;
  if (route !== undefined) {
    const lease = leased(route.name);
    const hostNetwork = spec.network === 'host';
    return {
      endpoint: routeEndpoint(spec, route.name, lease) ?? null,
      containerPort: (hostNetwork ? (lease ?? route.containerPort) : (route.containerPort ?? lease)) ?? null,
    };
  }
  if (typeof wanted === 'number') {
    const viaRoute = spec.routes.find((r) => r.containerPort === wanted);
    if (viaRoute !== undefined)
      return { endpoint: routeEndpoint(spec, viaRoute.name, leased(viaRoute.name)) ?? null, containerPort: wanted };
    const port = spec.ports.find(
      (p) => p.protocol === 'tcp' && p.container <= wanted && wanted < p.container + p.count,
    );
    if (spec.network === 'host') return { endpoint: { ip: '127.0.0.1', port: wanted }, containerPort: wanted };
    return {
      endpoint: port === undefined ? null : { ip: reachable(port.ip), port: port.host + wanted - port.container },
      containerPort: wanted,
    };
  }
  const first = spec.ports.find((p) => p.protocol === 'tcp');
  if (first === undefined) return { endpoint: null, containerPort: null };
  return { endpoint: { ip: reachable(first.ip), port: first.host }, containerPort: first.container };
}

/** Leased ports read off a container's published ones, for when the ledger lost them; empty when it cannot be told. */
export function leasedPorts(
  spec: ContainerSpec | undefined,
  facts: readonly string[],
): Readonly<Record<string, number>> {
  if (spec === undefined) return {};
  const fixed = new Set(portFacts(spec.ports));
  const free = facts.filter((fact) => !fixed.has(fact)).map((fact) => fact.split('/'));
  const found: Record<string, number> = {};
  for (const route of spec.routes.filter((r) => r.fixed === null)) {
    const at = free.findIndex(([, , host, inside]) =>
      route.containerPort === null ? host === inside : Number(inside) === route.containerPort,
    );
    const port = Number(free[at]?.[2] ?? 0);
    if (at >= 0 && port > 0) {
      found[route.name] = port;
      free.splice(at, 1);
    }
  }
  return found;
}
