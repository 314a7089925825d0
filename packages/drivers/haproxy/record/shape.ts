import type { Json } from '@reconcile/core';
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
  /** What only some routes ask for. A backend that has any is made for its route, and no spare ones are kept. */
  readonly extras?: Extras;
}

export interface Extras {
  /** TLS to the program: name sent and, where it is verified, expected; `ca`: whose word counts, below the state directory. */
  readonly tls?: { readonly verify: boolean; readonly serverName: string; readonly ca?: string };
  /** HTTP/2 without TLS. */
  readonly h2c?: true;
  /** Requests (l4: connections) per second and client address. */
  readonly rateLimit?: number;
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
  /** Of the answer. */
  readonly headers?: Readonly<Record<string, string>>;
}

const fewestSlots = 4;
const mostRetries = 3600;

/** Of a route with `targets` addresses behind it. */
export function shapeOf(spec: RouteSpec, targets: number): Shape {
  let slots = fewestSlots;
  while (slots < targets) slots *= 2;
  const known = shapes.get(spec);
  if (known?.slots === slots) return known;
  const shape = makeShape(spec, slots);
  shapes.set(spec, shape);
  return shape;
}

/** The last one of each route's spec, which never changes. */
const shapes = new WeakMap<RouteSpec, Shape>();

function makeShape(spec: RouteSpec, slots: number): Shape {
  const retries = Math.min(mostRetries, Math.ceil(Math.max(0, spec.holdMs) / 1000));
  const extras = extrasOf(spec);
  return {
    mode: spec.mode === 'l7' ? 'http' : 'tcp',
    retries,
    proxyProtocol: spec.proxyProtocol,
    slots,
    ...(Object.keys(extras).length > 0 ? { extras } : {}),
  };
}

function extrasOf(spec: RouteSpec): Extras {
  const { allow, deny, h2c, headers, rateLimit } = spec;
  const tls = tlsOf(spec);
  return {
    ...(tls === undefined ? {} : { tls }),
    ...(h2c ? { h2c } : {}),
    ...(rateLimit > 0 ? { rateLimit } : {}),
    ...(allow.length > 0 ? { allow: [...allow].sort() } : {}),
    ...(deny.length > 0 ? { deny: [...deny].sort() } : {}),
    ...(Object.keys(headers).length > 0
      ? { headers: Object.fromEntries(Object.entries(headers).sort(([a], [b]) => (a < b ? -1 : 1))) }
      : {}),
  };
}

/** Another node's proxy is believed by the root that is its own, and by nothing else. In l4 the bytes go on as they are. */
function tlsOf({ backendTls, mode, remote }: RouteSpec): Extras['tls'] {
  if (remote !== null && mode === 'l7') return { verify: true, serverName: remote.serverName, ca: remote.ca };
  return backendTls === null ? undefined : { verify: backendTls.verify, serverName: backendTls.serverName };
}

export function sameShape(a: Shape, b: Shape): boolean {
  return shapeName(a) === shapeName(b);
}

export function shapeName(shape: Shape): string {
  const known = names.get(shape);
  if (known !== undefined) return known;
  const extras = shape.extras === undefined ? '' : ` ${JSON.stringify(shape.extras)}`;
  const name = `${shape.mode} ${shape.retries} ${shape.slots}${shape.proxyProtocol ? ' proxy' : ''}${extras}`;
  names.set(shape, name);
  return name;
}

/** A shape never changes. */
const names = new WeakMap<Shape, string>();

/** Of a record that was read back: right types. What goes into a configuration is checked where it goes in. */
export function isShape(fields: { readonly [key: string]: Json | undefined }): boolean {
  const { mode, retries, proxyProtocol, slots, extras = {} } = fields;
  const numbers = [retries, slots].every((entry) => Number.isInteger(entry) && (entry as number) >= 0);
  return (
    (mode === 'http' || mode === 'tcp') &&
    numbers &&
    (slots as number) <= 4096 &&
    typeof proxyProtocol === 'boolean' &&
    isTable(extras) &&
    hasExtras(extras)
  );
}

function isTable(value: Json | undefined): value is { readonly [key: string]: Json } {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function hasExtras({
  allow = [],
  deny = [],
  h2c = true,
  headers = {},
  rateLimit = 1,
  tls = {},
}: {
  readonly [key: string]: Json;
}): boolean {
  const texts = (value: Json) => Array.isArray(value) && value.every((entry) => typeof entry === 'string');
  return (
    texts(allow) &&
    texts(deny) &&
    h2c === true &&
    typeof rateLimit === 'number' &&
    isTable(tls) &&
    isTable(headers) &&
    Object.values(headers).every((value) => typeof value === 'string')
  );
}
