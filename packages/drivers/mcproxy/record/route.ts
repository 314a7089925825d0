import { plainIp } from '@reconcile/core';
import { storedPath } from '@reconcile/core/kinds/certificate';
import { certificateOf } from '@reconcile/core/kinds/route';
import { fail } from '../errors.ts';
import type { McproxySettings } from '../settings/settings.ts';
import type { Message } from '../wire/messages.ts';
import { type RouteRecord, specOf } from './record.ts';

/** RFC 1123 section 2.1 with RFC 1035's lengths: letters, digits and inner hyphens, 63 to a label, 253 in all. */
const hostnames = /^(?!.{254})[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;

/** What MC-Proxy should have for a record; undefined: nothing, because nobody answers. @throws MCPROXY_ROUTE */
export function routeOf(record: RouteRecord, settings: McproxySettings): Message<'Route'> | undefined {
  const spec = specOf(record);
  const [target] = record.targets;
  if (target === undefined) return undefined;
  const hostname = spec.hostname.toLowerCase();
  if (!hostnames.test(hostname)) {
    throw fail('MCPROXY_ROUTE', { message: `use hostname ${quoted(hostname)}`, wanted: 'a name by RFC 1123' });
  }
  if (plainAddress(target) === undefined) {
    throw fail('MCPROXY_ROUTE', { message: `use address ${quoted(target)}`, wanted: 'ip:port' });
  }
  const file = spec.mode === 'l7' ? (storedPath(settings.certificatesDir, certificateOf(spec)) ?? '') : '';
  return {
    hostname,
    backend: target,
    mode: spec.mode,
    tls_cert: file,
    tls_key: file,
    backend_tls: spec.backendTls !== null,
    send_proxy_protocol: spec.proxyProtocol,
  };
}

/** An address in one spelling, `:443` being `[::]:443`; undefined: it is none. */
export function plainAddress(text: string): string | undefined {
  const match = /^(?:\[([0-9a-f:.]{2,45})\]|(\d{1,3}(?:\.\d{1,3}){3})|\*?):(\d{1,5})$/i.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port < 1 || port > 65535) return undefined;
  const ip = plainIp(match[1] ?? match[2] ?? '::');
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
