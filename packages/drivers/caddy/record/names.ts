import { plainIp } from '@reconcile/core';
import { fail } from '../errors.ts';

/** RFC 1123 section 2.1 with RFC 1035's lengths: letters, digits and inner hyphens, 63 to a label, 253 in all. */
const hostnames = /^(?!.{254})[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;

/** Segments of RFC 3986's unreserved characters and the few marks that mean nothing to a matcher of Caddy. */
const paths = /^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._~@:+,=-]+)*\/?$/;

/** RFC 9110 section 5.1: a token; 5.5: visible text. */
const headerNames = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/;
const headerValues = /^[\t\x20-\x7e]{0,4000}$/;

/** @returns it in lower case. @throws CADDY_ROUTE */
export function checkHostname(hostname: string): string {
  const name = hostname.toLowerCase();
  if (hostnames.test(name)) return name;
  throw fail('CADDY_ROUTE', { message: `use hostname ${quoted(hostname)}`, wanted: 'a name by RFC 1123' });
}

/** @returns it without its last slash, so '' for `/`. @throws CADDY_ROUTE */
export function checkPath(path: string): string {
  if (path.startsWith('/') && path.length <= 512 && paths.test(path)) return path.replace(/\/$/, '');
  throw fail('CADDY_ROUTE', {
    message: `use path ${quoted(path)}`,
    wanted: '/ or /name/name of letters, digits and ._~@:+,=-',
  });
}

/** @throws CADDY_ROUTE */
export function checkHeader(name: string, value: string): void {
  if (headerNames.test(name) && headerValues.test(value)) return;
  throw fail('CADDY_ROUTE', {
    message: `set header ${quoted(name)}`,
    wanted: 'a name and a text of one line, RFC 9110',
  });
}

const octet = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)';
const ipv4 = new RegExp(`^${octet}(?:\\.${octet}){3}$`);
const ipv6 = /^[0-9a-f:]{2,39}$/;

/** An address in one spelling: `127.0.0.1:31044`, `[::1]:80`. @throws CADDY_ROUTE */
export function checkAddress(text: string): string {
  const cut = text.lastIndexOf(':');
  const ip = text.slice(0, Math.max(cut, 0));
  const port = Number(text.slice(cut + 1));
  const bare = /^\[(.*)\]$/.exec(ip)?.[1];
  const fits = bare === undefined ? ipv4.test(ip) : ipv6.test(bare) && bare.includes(':');
  if (!fits || !/^\d{1,5}$/.test(text.slice(cut + 1)) || port < 1 || port > 65535) {
    throw fail('CADDY_ROUTE', { message: `use address ${quoted(text)}`, wanted: 'ip:port' });
  }
  return bare === undefined ? `${ip}:${port}` : `[${plainIp(bare)}]:${port}`;
}

/** A network of `allow` and `deny`: `192.0.2.0/24`, `2001:db8::1`. @throws CADDY_ROUTE */
export function checkNetwork(text: string): string {
  const [ip = '', bits] = text.split('/');
  const isV4 = ipv4.test(ip);
  const isV6 = ipv6.test(ip) && ip.includes(':');
  const most = isV4 ? 32 : 128;
  if ((isV4 || isV6) && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most))) return text;
  throw fail('CADDY_ROUTE', { message: `use network ${quoted(text)}`, wanted: 'address or address/bits' });
}

/**
 * A bind as Caddy listens on it. Go takes 0.0.0.0 on "tcp" for both families (net.Listen), so IPv4 alone is named as such;
 * an empty or `*` address and `[::]` are both. @throws CADDY_ROUTE
 */
export function listenAddress(bind: string): string {
  const address = checkAddress(bind.replace(/^\*?:(?=\d+$)/, '[::]:'));
  return address.startsWith('0.0.0.0:') ? `tcp4/${address}` : address;
}

/** The other way round, for what was not written by us: `:443`, `tcp4/0.0.0.0:80`. undefined: no TCP address. */
export function bindOf(listen: string): string | undefined {
  const bare = listen.replace(/^tcp[46]?\//, '').replace(/^:(?=\d+$)/, '[::]:');
  try {
    return checkAddress(bare);
  } catch {
    return undefined;
  }
}

/** Our servers carry the listener's port; any other name is somebody else's. */
export function serverName(port: number | string): string {
  return `reconcile-${port}`;
}

/** undefined: not ours. */
export function portOfServer(name: string): string | undefined {
  return /^reconcile-(\d{1,5})$/.exec(name)?.[1];
}

/** For a message: control characters shown, length bounded. */
function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
