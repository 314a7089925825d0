import type { Json } from '../../model/json.ts';
import { type ContainerSpec, containerDefaults } from './spec.ts';

/** Bump when a recorded spec needs more than defaults to be understood; add the step to `upgradeContainer`. */
export const containerVersion = 1;

/**
 * A spec recorded by any earlier version, with today's fields. A field it does not know has today's default: so a release
 * that adds one finds nothing to change. Unknown leftovers are dropped. undefined: not a container spec at all.
 */
export function upgradeContainer(recorded: Json, _from: number): ContainerSpec | undefined {
  if (recorded === null || typeof recorded !== 'object' || Array.isArray(recorded)) return undefined;
  const given = recorded as { readonly [key: string]: Json | undefined };
  if (typeof given.image !== 'string' || given.image === '') return undefined;
  const spec: Record<string, unknown> = {};
  for (const [field, fallback] of Object.entries(containerDefaults)) {
    const value = given[field];
    if (value === undefined) spec[field] = fallback;
    else if (sameShape(value, fallback)) spec[field] = value;
    else return undefined;
  }
  return spec as unknown as ContainerSpec;
}

/** A list stays a list, a number a number; `entrypoint` may be null or a list. */
function sameShape(value: Json, fallback: unknown): boolean {
  if (fallback === null) return value === null || Array.isArray(value);
  if (Array.isArray(fallback)) return Array.isArray(value);
  if (typeof fallback === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === typeof fallback;
}
