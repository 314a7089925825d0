import type { Json } from './json.ts';

/**
 * One text for one value: keys sorted, no spaces, absent and undefined alike. What labels carry and what
 * spec/canonical.ts hashes. Numbers are JSON's; NaN and infinities become null there, so schemas must not let them in.
 */
export function canonicalJson(value: Json | undefined): string {
  if (value === undefined) return 'null';
  // What is built in order needs no ordering, and the runtime's own writer is several times as fast.
  return isOrdered(value) ? JSON.stringify(value) : ordered(value);
}

function isOrdered(value: Json): boolean {
  if (value === null || typeof value !== 'object') return true;
  if (Array.isArray(value)) return (value as readonly Json[]).every(isOrdered);
  const record = value as { readonly [key: string]: Json | undefined };
  let before = '';
  for (const key in record) {
    if (key < before || !isOrdered(record[key] ?? null)) return false;
    before = key;
  }
  return true;
}

function ordered(value: Json | undefined): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(ordered).join(',')}]`;
  const record = value as { readonly [key: string]: Json | undefined };
  const parts: string[] = [];
  for (const key of Object.keys(record).sort()) {
    const entry = record[key];
    if (entry !== undefined) parts.push(`${JSON.stringify(key)}:${ordered(entry)}`);
  }
  return `{${parts.join(',')}}`;
}

/** Same data? Order of keys does not matter, order of lists does. */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((entry, i) => sameJson(entry as Json, b[i] as Json));
  }
  const left = a as { readonly [key: string]: Json | undefined };
  const right = b as { readonly [key: string]: Json | undefined };
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  for (const key of keys) if (!sameJson(left[key], right[key])) return false;
  return true;
}
