import type { ContainerSpec, PublishedPort } from '@reconcile/core/kinds/container';

/** One published port, where the node has it and where the drill had it. */
export interface MovedPort {
  readonly protocol: 'tcp' | 'udp';
  /** `127.0.0.1:8080`; `*:8080` on all addresses. */
  readonly from: string;
  readonly to: string;
}

const first = 20_000;
/** Above lies the kernel's ephemeral range. */
const last = 32_767;

/** Ports that nobody has, listens on or asks for, from 20000 up. One number is free in both protocols or not at all. */
export class FreePorts {
  readonly #taken: Set<number>;
  #next = first;

  constructor(taken: Iterable<number>) {
    this.#taken = new Set(taken);
  }

  /** The first of `count` free ones in a row; undefined when there are none. */
  take(count: number): number | undefined {
    for (let port = this.#next; port + count - 1 <= last; port++) {
      const row = Array.from({ length: count }, (_, at) => port + at);
      if (row.some((one) => this.#taken.has(one))) continue;
      this.#next = port + count;
      return port;
    }
    return undefined;
  }
}

/** Every fixed port on a free one of 127.0.0.1, routes with them; undefined when there is no room. Pure but for what `free` gave out. */
export function movePorts(
  spec: ContainerSpec,
  free: FreePorts,
): { readonly spec: ContainerSpec; readonly moved: readonly MovedPort[] } | undefined {
  const pairs: { readonly from: PublishedPort; readonly to: PublishedPort }[] = [];
  for (const from of spec.ports) {
    const host = free.take(from.count);
    if (host === undefined) return undefined;
    pairs.push({ from, to: { ...from, ip: '127.0.0.1', host } });
  }
  const routes = spec.routes.map((route) => {
    const { fixed } = route;
    if (fixed === null) return route;
    const pair = pairs.find(({ from }) => reaches(from, fixed));
    if (pair === undefined) return route;
    return { ...route, fixed: { ip: '127.0.0.1', port: pair.to.host + fixed.port - pair.from.host } };
  });
  const moved = pairs.map(({ from, to }) => ({ protocol: from.protocol, from: spelt(from), to: spelt(to) }));
  return { spec: { ...spec, ports: pairs.map(({ to }) => to), routes }, moved };
}

function reaches(port: PublishedPort, { ip, port: wanted }: { readonly ip: string; readonly port: number }): boolean {
  const isInside = port.host <= wanted && wanted < port.host + port.count;
  return port.protocol === 'tcp' && isInside && (port.ip === ip || isAny(port.ip) || isAny(ip));
}

function isAny(ip: string): boolean {
  return ip === '' || ip === '0.0.0.0' || ip === '::';
}

function spelt({ count, host, ip }: PublishedPort): string {
  const address = isAny(ip) ? '*' : ip.includes(':') ? `[${ip}]` : ip;
  return `${address}:${host}${count > 1 ? `-${host + count - 1}` : ''}`;
}
