import type { BusyPort } from './observed.ts';
import type { Claim } from './resource.ts';

/** A published port or range as a claim value understands it. `ip` '' means every address of both families. */
export interface PortClaim {
  readonly protocol: string;
  readonly ip: string;
  readonly first: number;
  readonly last: number;
}

export function portClaim(protocol: 'tcp' | 'udp', ip: string, first: number, count = 1): Claim {
  const range = count > 1 ? `${first}-${first + count - 1}` : String(first);
  return { scope: 'node', kind: 'port', value: `${protocol}/${plainIp(ip)}/${range}` };
}

export function parsePortClaim(value: string): PortClaim | undefined {
  const [protocol, ip, range] = value.split('/');
  if (protocol === undefined || ip === undefined || range === undefined) return undefined;
  const [first, last = first] = range.split('-');
  return { protocol, ip, first: Number(first), last: Number(last) };
}

/**
 * Do two claims exclude each other? The one place that knows wildcards, both IP families, protocols and ranges.
 * Claims of scope `slot` exclude each other only within one slot; the caller compares slots.
 */
export function clashes(a: Claim, b: Claim): boolean {
  if (a.scope !== b.scope || a.kind !== b.kind) return false;
  if (a.kind !== 'port') return a.value === b.value;
  const left = parsePortClaim(a.value);
  const right = parsePortClaim(b.value);
  if (left === undefined || right === undefined) return a.value === b.value;
  return portsOverlap(left, right);
}

export function portsOverlap(a: PortClaim, b: PortClaim): boolean {
  return a.protocol === b.protocol && a.first <= b.last && b.first <= a.last && addressesOverlap(a.ip, b.ip);
}

/** `::` counts as both families: sockets are dual-stack unless somebody took care, and a false alarm is the safe side. */
function addressesOverlap(a: string, b: string): boolean {
  if (a === b || a === '' || b === '' || a === '::' || b === '::') return true;
  if (a === '0.0.0.0') return !b.includes(':');
  if (b === '0.0.0.0') return !a.includes(':');
  return false;
}

/** Does a listening socket stand in the way of a claim? */
export function busyClash(claim: Claim, busy: BusyPort): boolean {
  if (claim.kind !== 'port') return false;
  const want = parsePortClaim(claim.value);
  if (want === undefined) return false;
  return portsOverlap(want, { protocol: busy.protocol, ip: plainIp(busy.ip), first: busy.port, last: busy.port });
}

/** One spelling per address: no brackets, lower case, IPv6 compressed, IPv4-mapped as IPv4, `*` as ''. */
export function plainIp(ip: string): string {
  const bare = ip.replace(/^\[|\]$/g, '').toLowerCase();
  if (bare === '*' || bare === '') return '';
  if (!bare.includes(':')) return bare;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(bare);
  if (mapped?.[1] !== undefined) return mapped[1];
  return compressIpv6(bare);
}

function compressIpv6(ip: string): string {
  const [head = '', tail] = ip.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array<string>(missing).fill('0'), ...right].map((g) => g.replace(/^0+(?=.)/, ''));
  if (groups.length !== 8) return ip;
  let best = { at: -1, length: 1 };
  for (let i = 0; i < 8; i++) {
    let length = 0;
    while (i + length < 8 && groups[i + length] === '0') length++;
    if (length > best.length) best = { at: i, length };
  }
  if (best.at < 0) return groups.join(':');
  return `${groups.slice(0, best.at).join(':')}::${groups.slice(best.at + best.length).join(':')}`;
}
