import { plainIp } from '@reconcile/core';
import { fileWord, nameOfWord } from '@reconcile/core/kinds/certificate';
import type { ListenerSpec } from '@reconcile/core/kinds/listener';
import type { RouteSpec } from '@reconcile/core/kinds/route';
import { fail } from '../errors.ts';

/** RFC 1123 section 2.1 with RFC 1035's lengths: letters, digits and inner hyphens, 63 to a label, 253 in all. */
const hostnames = /^(?!.{254})[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;

/** Segments of RFC 3986's unreserved characters, percent escapes, and the few marks that mean nothing to HAProxy or a map. */
const paths = /^(?:\/(?!\.{1,2}(?:\/|$))(?:[A-Za-z0-9._~@:+,=-]|%[0-9A-Fa-f]{2})+)*\/?$/;

/** @returns it in lower case. @throws HAPROXY_ROUTE */
export function checkHostname(hostname: string): string {
  const name = hostname.toLowerCase();
  if (hostnames.test(name)) return name;
  throw fail('HAPROXY_ROUTE', { message: `use hostname ${quoted(hostname)}`, wanted: 'a name by RFC 1123' });
}

/** @returns it without its last slash, so '' for `/`. @throws HAPROXY_ROUTE */
export function checkPath(path: string): string {
  if (path.startsWith('/') && path.length <= 512 && paths.test(path)) return path.replace(/\/$/, '');
  throw fail('HAPROXY_ROUTE', {
    message: `use path ${quoted(path)}`,
    wanted: '/ or /name/name of letters, digits and ._~@:+,=-',
  });
}

/** A server's address as HAProxy's runtime API takes and shows it: no brackets. */
export interface Address {
  readonly ip: string;
  readonly port: number;
}

const octet = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)';
const ipv4 = new RegExp(`^${octet}(?:\\.${octet}){3}$`);
const ipv6 = /^[0-9a-f:]{2,39}$/;

/** `127.0.0.1:31044`, `[::1]:80`. @throws HAPROXY_ROUTE */
export function parseAddress(text: string): Address {
  const cut = text.lastIndexOf(':');
  const ip = text.slice(0, Math.max(cut, 0));
  const port = Number(text.slice(cut + 1));
  const bare = ip.startsWith('[') && ip.endsWith(']') ? ip.slice(1, -1) : undefined;
  const fits = bare === undefined ? ipv4.test(ip) : ipv6.test(bare) && bare.includes(':');
  if (!fits || !/^\d{1,5}$/.test(text.slice(cut + 1)) || port < 1 || port > 65535) {
    throw fail('HAPROXY_ROUTE', { message: `use address ${quoted(text)}`, wanted: 'ip:port' });
  }
  return { ip: bare === undefined ? ip : plainIp(bare), port };
}

export function formatAddress({ ip, port }: Address): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
}

export function frontendName(port: number): string {
  return `l${port}`;
}

/** Where TLS ends: what no l4 route of the listener takes comes here. */
export function endName(port: number): string {
  return `h${port}`;
}

/** Where a route is looked up: l4 by SNI, l7 by host and path. */
export function mapName({ listener, mode }: Pick<RouteSpec, 'listener' | 'mode'>): string {
  return mode === 'l4' ? `sni-${listener}.map` : `routes-${listener}.map`;
}

/** All maps of a listener. */
export function mapNames({ port, tls }: ListenerSpec): string[] {
  return (tls ? (['l4', 'l7'] as const) : (['l7'] as const)).map((mode) => mapName({ listener: port, mode }));
}

/** Names and certificates of a listener that speaks TLS. */
export function listName(port: number): string {
  return `crt-${port}.list`;
}

/** Our copy of a certificate with chain and key, and HAProxy's name for it. @throws HAPROXY_ROUTE */
export function pemName(certificate: string): string {
  const known = pemNames.get(certificate);
  if (known !== undefined) return known;
  const domain = certificate.startsWith('*.') ? certificate.slice('*.'.length) : certificate;
  const name = `${fileWord(certificate.slice(0, -domain.length) + checkHostname(domain))}.pem`;
  if (pemNames.size >= mostPemNames) pemNames.clear();
  pemNames.set(certificate, name);
  return name;
}

/** Asked several times in each look, for every certificate there is. */
const pemNames = new Map<string, string>();
const mostPemNames = 10_000;

/** Whose certificate lies in a file of that name: the reverse of `pemName`. */
export function certificateName(file: string): string {
  return nameOfWord(file.slice(0, -'.pem'.length));
}

/** Socket through which old workers reach the current one. */
export function loopName({ port }: Pick<ListenerSpec, 'port'>): string {
  return `${frontendName(port)}.sock`;
}

/** Socket on which TLS ends. */
export function endSocketName({ port }: Pick<ListenerSpec, 'port'>): string {
  return `t${port}.sock`;
}

/** What a request is looked up by: `<host>/<path>/` for the longest prefix, or the SNI. @throws HAPROXY_ROUTE */
export function mapKey(spec: Pick<RouteSpec, 'hostname' | 'path' | 'mode'>): string {
  const known = keys.get(spec);
  if (known !== undefined) return known;
  const host = checkHostname(spec.hostname);
  const key = spec.mode === 'l4' ? host : `${host}${checkPath(spec.path)}/`;
  keys.set(spec, key);
  return key;
}

/** Asked several times in each write, for every route there is; a spec never changes. */
const keys = new WeakMap<object, string>();

/** A bind as HAProxy shows it: `[::]:443`, `0.0.0.0:80`. An empty or `*` address is both families. @throws HAPROXY_ROUTE */
export function plainBind(bind: string): string {
  return formatAddress(parseAddress(bind.replace(/^\*?:(?=\d+$)/, '[::]:')));
}

/** What a file's path may be made of: it goes into configuration lines and socket options as it is. */
export const plainPath = /^\/[\w./@+-]*$/;

/** Names of backends: `b0001` and up. */
export const backendName = /^b\d{4,6}$/;

/** Frontends of ours, told from those of somebody else's configuration. */
export const isFrontend = /^[lh]\d{1,5}$/;

/** A backend that nobody uses: its name says which of our configurations is loaded. */
export const loadedName = /^reconcile-([0-9a-f]{16})$/;

/** Where HAProxy tells its numbers. */
export const metricsName = 'metrics';

/** For a message: control characters shown, length bounded. */
function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
