import type { RouteSpec } from '@reconcile/core/kinds/route';

/**
 * What of a backend is fixed when HAProxy loads its configuration: HAProxy 2.6 cannot add a backend or change these at run
 * time, only the addresses and states of its servers. Backends of one shape are interchangeable, so spare ones are kept ready.
 */
export interface Shape {
  readonly mode: 'http' | 'tcp';
  /** One second each: how long a request waits for a parked route. */
  readonly retries: number;
  readonly proxyProtocol: boolean;
  /** Servers, most of them unused. */
  readonly slots: number;
}

const fewestSlots = 4;
const mostRetries = 3600;

/** Of a route with `targets` addresses behind it. */
export function shapeOf(spec: RouteSpec, targets: number): Shape {
  let slots = fewestSlots;
  while (slots < targets) slots *= 2;
  const retries = Math.min(mostRetries, Math.ceil(Math.max(0, spec.holdMs) / 1000));
  return { mode: spec.mode === 'l7' ? 'http' : 'tcp', retries, proxyProtocol: spec.proxyProtocol, slots };
}

export function sameShape(a: Shape, b: Shape): boolean {
  return shapeName(a) === shapeName(b);
}

export function shapeName(shape: Shape): string {
  return `${shape.mode} ${shape.retries} ${shape.slots}${shape.proxyProtocol ? ' proxy' : ''}`;
}
