import type { ResourceKey, SlotKey } from '@reconcile/core';
import { type ContainerSpec, type PublishedPort, routeEndpoint } from '@reconcile/core/kinds/container';
import type { RouteSpec } from '@reconcile/core/kinds/route';
import type { Scene } from './scene.ts';

/** Routes of this node that lead to a slot. */
export function routesTo(scene: Scene, slot: SlotKey): { readonly key: ResourceKey; readonly spec: RouteSpec }[] {
  return Object.values(scene.desired.resources)
    .filter((resource) => resource.kind === 'route')
    .map(({ key, spec }) => ({ key, spec: spec as unknown as RouteSpec }))
    .filter(({ spec }) =>
      spec.backends.some((backend) => slot === backend.slot || slot.startsWith(`${backend.slot}/`)),
    );
}

/** `notes.example.net`, `notes.example.net:8443/api`: the port is left out where a browser would leave it out. */
export function routeAddress({ hostname, listener, path, tls }: RouteSpec): string {
  const port = listener === (tls ? 443 : 80) ? '' : `:${listener}`;
  return `${hostname}${port}${path === '/' ? '' : path}`;
}

/** `192.0.2.1:53`, `:443`, `:5000-5010/udp`; a port that both protocols have is told once. */
function portAddresses(ports: readonly PublishedPort[]): string[] {
  const tcp = new Set(ports.filter(({ protocol }) => protocol === 'tcp').map(address));
  const udp = ports.filter(({ protocol }) => protocol === 'udp').map(address);
  return [...new Set([...tcp, ...udp.map((place) => (tcp.has(place) ? place : `${place}/udp`))])];
}

function address({ count, host, ip }: PublishedPort): string {
  const range = count > 1 ? `${host}-${host + count - 1}` : String(host);
  return `${ip.includes(':') ? `[${ip}]` : ip}:${range}`;
}

/** Where a component answers: its routes, its fixed ports; the leased port where no route of it is served. */
export function reachedAs(scene: Scene, slot: SlotKey, of: { spec: ContainerSpec; container: string }): string[] {
  const served = routesTo(scene, slot).filter(({ key }) => !scene.unmanaged.has(key));
  const found = [...served.map(({ spec }) => routeAddress(spec)), ...portAddresses(of.spec.ports)];
  if (found.length > 0) return [...new Set(found)];
  return of.spec.routes.flatMap((route) => {
    const lease = leaseOf(scene, of.container, route.name);
    const endpoint = routeEndpoint(of.spec, route.name, lease);
    return endpoint === undefined ? [] : [`${endpoint.ip}:${endpoint.port}`];
  });
}

/** The port leased to a container's route, as the ledger or the container itself has it. */
export function leaseOf(scene: Scene, container: string, route: string): number | undefined {
  const key: ResourceKey = `port-lease/${container}/${route}`;
  const seen = scene.observed.resources[key]?.state as { port?: number } | undefined;
  return scene.ledger.leases[key] ?? seen?.port;
}
