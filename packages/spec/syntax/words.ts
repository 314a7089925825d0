import { isIP, isIPv6 } from 'node:net';
import { bad, good, type Read } from './result.ts';

/** Names that mean something to every JavaScript object. */
const unsafe = new Set(['__proto__', 'constructor', 'prototype']);

export function isVariable(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !unsafe.has(name);
}

/**
 * `KEY=VALUE` lines or a table → pairs. An entry without `=` would copy the agent's own variable into the container
 * (podman's `-e NAME`), so it is refused.
 */
export function readAssignment(text: string): Read<readonly [string, string]> {
  const cut = text.indexOf('=');
  if (cut > 0) return good([text.slice(0, cut), text.slice(cut + 1)]);
  return bad('a variable without a value', `write ${JSON.stringify(`${text.replace(/=.*$/, '') || 'NAME'}=value`)}`);
}

/** `192.0.2.1`, `192.0.2.0/24`, `2001:db8::/32`. */
export function isNetwork(text: string): boolean {
  const [address = '', bits, extra] = text.split('/');
  if (isIP(address) === 0 || extra !== undefined) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (isIPv6(address) ? 128 : 32));
}

/** `name:address` for /etc/hosts; podman also knows `host-gateway`. */
export function isExtraHost(text: string): boolean {
  const cut = text.indexOf(':');
  const address = text.slice(cut + 1).replace(/^\[|\]$/g, '');
  return (
    cut > 0 &&
    /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(text.slice(0, cut)) &&
    (address === 'host-gateway' || isIP(address) !== 0)
  );
}

const macros = new Set(['@hourly', '@daily', '@weekly', '@monthly', '@yearly']);
const fields = [
  { name: 'minute', first: 0, last: 59, words: [] },
  { name: 'hour', first: 0, last: 23, words: [] },
  { name: 'day of the month', first: 1, last: 31, words: [] },
  { name: 'month', first: 1, last: 12, words: 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ') },
  { name: 'day of the week', first: 0, last: 7, words: 'sun mon tue wed thu fri sat'.split(' ') },
] as const;

/** A cron line of five fields (crontab(5)), or `@daily` and its like. */
export function readSchedule(text: string): Read<string> {
  if (macros.has(text)) return good(text);
  const parts = text.trim().split(/\s+/);
  if (parts.length !== fields.length)
    return bad('a schedule has five fields', 'minute hour day month weekday, such as "30 3 * * *"');
  for (const [i, field] of fields.entries()) {
    if (!isCronField(parts[i] ?? '', field))
      return bad(
        `${JSON.stringify(parts[i])} is not a ${field.name}`,
        `${field.first} to ${field.last}, "*", lists, ranges and steps`,
      );
  }
  return good(parts.join(' '));
}

function isCronField(text: string, field: (typeof fields)[number]): boolean {
  return text.split(',').every((item) => {
    const [range = '', step, extra] = item.split('/');
    if (extra !== undefined || (step !== undefined && !/^[1-9]\d{0,2}$/.test(step))) return false;
    if (range === '*') return true;
    const [low, high, more] = range.split('-').map((word) => cronNumber(word, field.words));
    if (low === undefined || more !== undefined) return false;
    return low >= field.first && low <= field.last && (high === undefined || (high >= low && high <= field.last));
  });
}

function cronNumber(word: string, words: readonly string[]): number {
  const at = words.indexOf(word.toLowerCase());
  if (at >= 0) return words.length === 12 ? at + 1 : at;
  return /^\d{1,2}$/.test(word) ? Number(word) : Number.NaN;
}

/** A time zone this runtime knows, by its IANA name. */
export function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
