import { garbled } from './fail.ts';

// Strict reading of what podman prints: a missing or mistyped field is PODMAN_GARBLED, never a default.

export type Fields = { readonly [name: string]: unknown };

/** @throws PODMAN_GARBLED for anything but one JSON document. */
export function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw garbled(where, 'JSON', text);
  }
}

export function fields(value: unknown, where: string): Fields {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw garbled(where, 'an object');
  return value as Fields;
}

/** podman writes an empty list as null in places. */
export function list(value: unknown, where: string): readonly unknown[] {
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value)) throw garbled(where, 'a list');
  return value;
}

/** The answer itself: null is no list of everything. */
export function wholeList(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) throw garbled(where, 'a list');
  return value;
}

export function text(from: Fields, name: string, where: string): string {
  const value = from[name];
  if (typeof value !== 'string') throw garbled(`${where}.${name}`, 'a text');
  return value;
}

export function whole(from: Fields, name: string, where: string): number {
  const value = from[name];
  if (typeof value !== 'number' || !Number.isInteger(value)) throw garbled(`${where}.${name}`, 'a whole number');
  return value;
}

export function texts(value: unknown, where: string): readonly string[] {
  return list(value, where).map((entry, at) => {
    if (typeof entry !== 'string') throw garbled(`${where}[${at}]`, 'a text');
    return entry;
  });
}

export function labelsOf(value: unknown, where: string): Readonly<Record<string, string>> {
  if (value === null || value === undefined) return {};
  const found: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [key, entry] of Object.entries(fields(value, where))) {
    if (typeof entry !== 'string') throw garbled(`${where}.${key}`, 'a text');
    found[key] = entry;
  }
  return found;
}

/** Seconds, or an RFC 3339 text (REST, inspect) → ms of whole seconds; Go's zero time → 0. */
export function instant(value: unknown, where: string): number {
  if (typeof value === 'number' && Number.isInteger(value)) return value > 0 ? value * 1000 : 0;
  if (typeof value === 'string') {
    const at = Date.parse(value.replace(/(\.\d{3})\d+/, '$1'));
    if (!Number.isNaN(at)) return at > 0 ? Math.floor(at / 1000) * 1000 : 0;
  }
  throw garbled(where, 'a time');
}
