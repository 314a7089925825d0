import type { Instant, Json, Principal } from '@reconcile/core';

/** Stored JSON; undefined when a damaged file left something else. */
export function parseJson(text: string | null | undefined): Json | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** A stored object in the shape it was written in; undefined when it is none. */
export function parseObject<T extends object>(text: string | null | undefined): T | undefined {
  const value = parseJson(text);
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as unknown as T) : undefined;
}

export function parseInstants(text: string | null): Instant[] {
  const value = parseJson(text);
  return Array.isArray(value) ? value.filter((entry): entry is number => typeof entry === 'number') : [];
}

export function parseStrings(text: string | null): string[] {
  const value = parseJson(text);
  return Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : [];
}

const nobody: Principal = { issuer: 'unknown', subject: '', kind: 'machine', scopes: [] };

export function parsePrincipal(text: string | null): Principal {
  const given = parseObject<Principal>(text);
  return given !== undefined && typeof given.issuer === 'string' && typeof given.subject === 'string' ? given : nobody;
}

/** A property that is worked out when somebody first looks at it: large JSON that most passes never read. */
export function lazily<T extends object, K extends keyof T>(target: T, name: K, load: () => T[K]): void {
  let loaded: { value: T[K] } | undefined;
  Object.defineProperty(target, name, {
    enumerable: true,
    configurable: true,
    get() {
      loaded ??= { value: load() };
      return loaded.value;
    },
  });
}

/** A record without a prototype: keys come from outside. */
export function emptyRecord<T>(): Record<string, T> {
  return Object.create(null) as Record<string, T>;
}
