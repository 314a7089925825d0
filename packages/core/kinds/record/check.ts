import { isBelow } from './below.ts';
import type { RecordSpec } from './spec.ts';

const label = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/;

/** RFC 1123 in lower case, with the underscore of service labels; neither a wildcard nor a trailing dot, nor an address. */
export function isHostname(name: string): boolean {
  const labels = name.split('.');
  return name.length <= 240 && labels.every((one) => label.test(one)) && !/^\d+$/.test(labels[labels.length - 1] ?? '');
}

export function isIpv4(text: string): boolean {
  return /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/.test(text);
}

/** RFC 4291 2.2, without a zone or an embedded IPv4 address. */
export function isIpv6(text: string): boolean {
  const [head = '', tail, more] = text.split('::');
  if (more !== undefined) return false;
  const groups = [head, tail ?? ''].flatMap((part) => (part === '' ? [] : part.split(':')));
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return false;
  return tail === undefined ? groups.length === 8 : groups.length <= 7;
}

/**
 * Why a record must not be written; undefined when it may. Whoever writes asks, whatever the plan says: a name outside its
 * zone, a wildcard, an address that is none.
 */
export function recordProblem({ type, hostname, more = [], value, zone }: RecordSpec): string | undefined {
  if (!isHostname(hostname)) return `${JSON.stringify(hostname)} is no plain hostname`;
  if (!isHostname(zone) || !isBelow(hostname, zone)) return `${hostname} is not in zone ${JSON.stringify(zone)}`;
  if (type !== 'TXT' && more.length > 0) return `${hostname} can have one ${type} of ours`;
  switch (type) {
    case 'A':
      return isIpv4(value) ? undefined : `${JSON.stringify(value)} is no IPv4 address`;
    case 'AAAA':
      return isIpv6(value) ? undefined : `${JSON.stringify(value)} is no IPv6 address`;
    case 'CNAME':
      if (hostname === zone) return `a CNAME cannot stand at the top of ${zone}`;
      return isHostname(value) && value !== hostname ? undefined : `${JSON.stringify(value)} is no plain hostname`;
    case 'TXT':
      return [value, ...more].every((text) => /^[\x20-\x7e]{0,1000}$/.test(text))
        ? undefined
        : 'the text is longer than 1000 or not printable ASCII';
  }
}
