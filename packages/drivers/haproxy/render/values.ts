import { isIP } from 'node:net';
import { fail } from '../errors.ts';

// What a definition says and a configuration line takes as it is. Everything is checked here once more, whatever checked it
// before: nothing that gets through can end its word, its line or its section.

/** `192.0.2.0/24`, `2001:db8::1`. @throws HAPROXY_ROUTE */
export function checkNetwork(text: string): string {
  const [ip = '', length, ...rest] = text.split('/');
  const family = isIP(ip);
  const bits = family === 4 ? 32 : 128;
  const fits = length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= bits);
  if (family !== 0 && !ip.includes('%') && fits && rest.length === 0) return text;
  throw fail('HAPROXY_ROUTE', { message: `use network ${shown(text)}`, wanted: 'an address or address/bits' });
}

/** RFC 9110, section 5.1. @throws HAPROXY_ROUTE */
export function checkHeaderName(name: string): string {
  if (/^[A-Za-z][A-Za-z0-9-]{0,63}$/.test(name)) return name;
  throw fail('HAPROXY_ROUTE', { message: `use header ${shown(name)}`, wanted: 'letters, digits and hyphens' });
}

/**
 * One word of a configuration line that HAProxy's log-format makes the same text again: in strong quotes nothing means
 * anything (configuration manual 2.2), a quote itself stands outside of them, and `%%` is one `%` (8.2.4).
 * @throws HAPROXY_ROUTE
 */
export function formatWord(value: string): string {
  if (!/^[\x20-\x7e]{0,1024}$/.test(value))
    throw fail('HAPROXY_ROUTE', { message: `use value ${shown(value)}`, wanted: 'printable ASCII on one line' });
  return `'${value.replaceAll('%', '%%').replaceAll("'", `'\\''`)}'`;
}

/** A root of another node, as the agent puts it below the state directory. @throws HAPROXY_ROUTE */
export function checkCa(path: string): string {
  if (/^ca\/[A-Za-z0-9][A-Za-z0-9._-]{0,120}\.pem$/.test(path)) return path;
  throw fail('HAPROXY_ROUTE', { message: `believe ${shown(path)}`, wanted: 'ca/<node>-<digest>.pem' });
}

/** @throws HAPROXY_ROUTE */
export function checkRate(rate: number): number {
  if (Number.isInteger(rate) && rate > 0 && rate <= 1_000_000_000) return rate;
  throw fail('HAPROXY_ROUTE', { message: `use rate limit ${rate}`, wanted: 'requests per second' });
}

function shown(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
