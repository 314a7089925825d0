import type { Principal } from '@reconcile/core';

/** The weaker first. `guest` looks, `user` also operates services, `admin` does everything. */
export const roles = ['guest', 'user', 'admin'] as const;
export type Role = (typeof roles)[number];

const servicePrefix = 'service:';

/** The strongest role among the scopes; undefined: none, so nothing is allowed. */
export function roleOf({ scopes }: Principal): Role | undefined {
  return roles.findLast((role) => scopes.includes(role));
}

export function isAtLeast(role: Role, least: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(least);
}

/** Services a principal is held to; undefined: all. */
export function servicesOf({ scopes }: Principal): readonly string[] | undefined {
  const named = scopes.flatMap((scope) => (scope.startsWith(servicePrefix) ? [scope.slice(servicePrefix.length)] : []));
  return named.length === 0 ? undefined : named;
}

/** Scopes of a principal with this role, held to these services; none: to no service in particular. */
export function scopesFor(role: Role, services: readonly string[]): string[] {
  return [role, ...services.map((service) => `${servicePrefix}${service}`)];
}
