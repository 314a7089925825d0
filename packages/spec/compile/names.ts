import type { ComponentDefinition, ServiceDefinition } from '../model/index.ts';

/** One container's place: its slot, and the name people and others on its network find it by. */
export interface Seat {
  readonly slot: string;
  /** Container names are `<base>-<hash8>`. */
  readonly base: string;
}

/** What people see: the service's name when it has one component, else `<service>-<component>` (specs/0004). */
export function baseName(service: ServiceDefinition, component: string): string {
  return service.components.length === 1 ? service.name : `${service.name}-${component}`;
}

/** A component's seats: itself, or `…/1`, `…/2` … with replicas. */
export function seats(service: ServiceDefinition, component: ComponentDefinition): readonly Seat[] {
  const slot = `${service.name}/${component.name}`;
  const base = baseName(service, component.name);
  if (component.replicas === 1) return [{ slot, base }];
  return Array.from({ length: component.replicas }, (_, i) => ({ slot: `${slot}/${i + 1}`, base: `${base}-${i + 1}` }));
}

/**
 * Names on a named network: base and `<service>-<component>`; on the service's own network also `<component>`, which on a
 * shared one could be somebody else's.
 */
export function aliases(
  service: ServiceDefinition,
  component: string,
  on: { readonly base: string; readonly network: string },
): readonly string[] {
  const own = on.network === service.name ? [component] : [];
  return [...new Set([on.base, `${service.name}-${component}`, ...own])];
}

/** `network` as the container gets it: declared, else the service's own for several components, else podman's default. */
export function networkOf(service: ServiceDefinition, declared: string | null): string {
  return declared ?? (service.components.length > 1 ? service.name : 'default');
}
