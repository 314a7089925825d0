import type { RouteRecord } from './manifest.ts';
import { type Address, parseAddress } from './names.ts';

/** A port where nobody listens: what is sent there is refused at once and tried again (tcpmux, RFC 1078; needs root to bind). */
export const parkAddress: Address = { ip: '127.0.0.1', port: 1 };

/** One server of a backend, as it should be. `isReady: false`: no new connections (maintenance). */
export interface Server {
  readonly address: Address;
  readonly isReady: boolean;
}

/** Servers of a route's backend, in order. Parked as a whole: all lead to the closed port, so that requests wait. */
export function serversOf(route: RouteRecord): readonly Server[] {
  const known = made.get(route);
  if (known !== undefined) return known;
  const servers = makeServers(route);
  made.set(route, servers);
  return servers;
}

/** Asked several times in each write, for every route there is; a record never changes. */
const made = new WeakMap<RouteRecord, readonly Server[]>();

function makeServers(route: RouteRecord): Server[] {
  const used = route.servers.filter((server) => server !== '');
  const parked = new Set(route.parked);
  const isParked = used.length > 0 && used.every((server) => parked.has(server));
  return route.servers.map((server) => {
    if (server === '') return { address: parkAddress, isReady: false };
    if (isParked) return { address: parkAddress, isReady: true };
    return { address: parseAddress(server), isReady: !parked.has(server) };
  });
}
