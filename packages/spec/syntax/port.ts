import { isIP } from 'node:net';
import { plainIp } from '@reconcile/core';
import type { PublishedPort } from '@reconcile/core/kinds/container';
import { bad, good, type Read } from './result.ts';

const form = 'write [ip:]host:container[/udp], such as "8080:80", "127.0.0.1:8080:80" or "[2001:db8::1]:53:53/udp"';

/** podman's `--publish` syntax, without what would leave the host port to chance. */
export function readPort(text: string): Read<PublishedPort> {
  const [ports = '', protocol = 'tcp', extra] = text.split('/');
  if (extra !== undefined || (protocol !== 'tcp' && protocol !== 'udp'))
    return bad('expected /tcp or /udp at the end', form);
  const match = /^(?:(\[[0-9A-Fa-f:.]+\]|[^:[\]]*):)?([0-9]*(?:-[0-9]+)?):([0-9]+(?:-[0-9]+)?)$/.exec(ports);
  if (match === null) {
    const hint = /^\d+$/.test(ports)
      ? `write the host port too ("${ports}:${ports}"), or a route: it gets a port by itself`
      : form;
    return bad('not a published port', hint);
  }
  const [, address = '', host = '', container = ''] = match;
  const ip = address.replace(/^\[|\]$/g, '');
  if (address !== '' && isIP(ip) === 0) return bad(`${JSON.stringify(address)} is not an IP address`, form);
  if (host === '') return bad('the host port is missing', form);
  const outer = readRange(host);
  const inner = readRange(container);
  if (outer === undefined || inner === undefined)
    return bad('a port is a number from 1 to 65535, a range goes upwards', form);
  if (outer.count !== inner.count)
    return bad(`the two ranges differ in length: ${outer.count} and ${inner.count} ports`, form);
  return good({ container: inner.first, count: outer.count, host: outer.first, ip: plainIp(ip), protocol });
}

function readRange(text: string): { first: number; count: number } | undefined {
  const [first = 0, last = first] = text.split('-').map(Number);
  return first >= 1 && last <= 65_535 && last >= first ? { first, count: last - first + 1 } : undefined;
}
