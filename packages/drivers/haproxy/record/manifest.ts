import type { Json, ResourceKey } from '@reconcile/core';
import type { ListenerSpec } from '@reconcile/core/kinds/listener';
import { certificateOf, type RouteSpec, routeDefaults } from '@reconcile/core/kinds/route';
import { backendName, certificateName, listName, mapNames, pemName, plainBind } from './names.ts';
import { isShape, type Shape } from './shape.ts';

/** A listener we serve. The logical port is its name in {@link Manifest.listeners}. */
export interface ListenerRecord {
  readonly services: readonly string[];
  readonly spec: ListenerSpec;
}

/** A route we serve, as it was asked for and where it was put. */
export interface RouteRecord {
  readonly services: readonly string[];
  readonly spec: RouteSpec;
  readonly specHash: string;
  readonly schema: number;
  readonly targets: readonly string[];
  /** Those targets that must get no new requests; all of them: requests wait. */
  readonly parked: readonly string[];
  /** When it was parked, ms since the epoch; 0: it is not. */
  readonly parkedAt: number;
  readonly backend: string;
  /** Address in each server of the backend; '' = unused. A target keeps its server for as long as it is one. */
  readonly servers: readonly string[];
}

/**
 * Our record of what the proxy should serve: manifest.json beside the configuration. Configuration and maps are made from
 * it and nothing else, so that comparing them with it finds any edit.
 */
export interface Manifest {
  readonly version: 1;
  readonly listeners: Readonly<Record<string, ListenerRecord>>;
  readonly routes: Readonly<Record<ResourceKey, RouteRecord>>;
  readonly backends: Readonly<Record<string, Shape>>;
  /** Backends without a route, longest free first: a request that still waits in one must not meet its next user. */
  readonly spares: readonly string[];
  /** Name → SHA-1 of the leaf we hold for it, as HAProxy shows it. */
  readonly certificates: Readonly<Record<string, string>>;
}

export const emptyManifest: Manifest = {
  version: 1,
  listeners: {},
  routes: {},
  backends: {},
  spares: [],
  certificates: {},
};

export function isEmpty(manifest: Manifest): boolean {
  return Object.keys(manifest.listeners).length === 0;
}

/** A listener that has just changed between TLS and plain serves none of its former routes until they follow. */
export function isServed(listener: ListenerRecord, spec: RouteSpec): boolean {
  return spec.mode === 'l4' ? listener.spec.tls : listener.spec.tls === spec.tls;
}

/** A certificate that a listener shows to who asks for a name, and the routes that need that. */
export interface Shown {
  /** Its name in {@link Manifest.certificates}: the asked one, or a wildcard. */
  readonly certificate: string;
  /** What is asked for (SNI): exactly that, whatever else the certificate may say. */
  readonly name: string;
  readonly keys: readonly ResourceKey[];
}

/** What a listener shows, by its line in the list of certificates: `web.example.net.pem web.example.net`. */
export function shownOn(manifest: Manifest, port: string): ReadonlyMap<string, Shown> {
  const ports = shown.get(manifest) ?? new Map<string, ReadonlyMap<string, Shown>>();
  shown.set(manifest, ports);
  const known = ports.get(port);
  if (known !== undefined) return known;
  const made = makeShown(manifest, port);
  ports.set(port, made);
  return made;
}

/** Asked several times in each look; a record never changes. */
const shown = new WeakMap<Manifest, Map<string, ReadonlyMap<string, Shown>>>();

function makeShown(manifest: Manifest, port: string): Map<string, Shown> {
  const found = new Map<string, { certificate: string; name: string; keys: ResourceKey[] }>();
  const listener = manifest.listeners[port];
  if (listener?.spec.tls !== true) return found;
  for (const [key, { spec }] of Object.entries(manifest.routes)) {
    if (String(spec.listener) !== port || spec.mode !== 'l7' || spec.certificate === '') continue;
    const certificate = certificateOf(spec);
    if (!isServed(listener, spec) || manifest.certificates[certificate] === undefined) continue;
    const name = spec.certificate;
    const line = `${pemName(certificate)} ${name}`;
    const same = found.get(line);
    if (same === undefined) found.set(line, { certificate, name, keys: [key as ResourceKey] });
    else same.keys.push(key as ResourceKey);
  }
  return found;
}

/** What of a running proxy is asked for, to compare it with a record. */
export interface Asked {
  /** The servers of all backends; false: of none. */
  readonly servers: boolean;
  readonly maps: readonly string[];
  readonly lists: readonly string[];
  /** Names whose certificates are looked at in full. */
  readonly certificates: readonly string[];
  /** Of all others: what they are taken for where HAProxy has them at all, by file name. */
  readonly assumed: ReadonlyMap<string, string>;
}

export const nothingAsked: Asked = { servers: true, maps: [], lists: [], certificates: [], assumed: new Map() };

/** @param only Names whose certificates are looked at, and no servers; undefined: all of them. */
export function askedOf(manifest: Manifest, only?: ReadonlySet<string>): Asked {
  const specs = Object.values(manifest.listeners).map(({ spec }) => spec);
  const isAsked = (name: string) => only === undefined || only.has(name);
  const names = Object.keys(manifest.certificates);
  return {
    servers: only === undefined,
    maps: specs.flatMap(mapNames),
    lists: specs.filter(({ tls }) => tls).map(({ port }) => listName(port)),
    certificates: names.filter(isAsked),
    assumed: new Map(
      names.filter((name) => !isAsked(name)).map((name) => [pemName(name), manifest.certificates[name] ?? '']),
    ),
  };
}

/** Every address that is bound for a record, in HAProxy's spelling. @throws HAPROXY_ROUTE */
export function bindsOf(manifest: Manifest, { metrics }: { readonly metrics: string | undefined }): string[] {
  const binds = Object.values(manifest.listeners).flatMap(({ spec }) => spec.binds.map(plainBind));
  return [...new Set([...binds, ...(metrics === undefined || isEmpty(manifest) ? [] : [plainBind(metrics)])])];
}

/** One line a route: those that stay are not written down anew at each change of one. */
export function formatManifest({ backends, listeners, routes, ...rest }: Manifest): string {
  const lines = Object.entries(routes).map(([key, route]) => routeLine(key, route));
  const top = `${JSON.stringify(rest).slice(0, -1)},"listeners":${knownText(listeners)},"backends":${knownText(backends)}`;
  return `${top},\n"routes":{\n${lines.join(',\n')}\n}}\n`;
}

/** Most changes of a route leave these as they are, the very objects. */
function knownText(part: object): string {
  const known = texts.get(part) ?? JSON.stringify(part);
  texts.set(part, known);
  return known;
}

const texts = new WeakMap<object, string>();

function routeLine(key: string, route: RouteRecord): string {
  const known = routeLines.get(route);
  if (known !== undefined) return known;
  const line = `${JSON.stringify(key)}:${JSON.stringify(route)}`;
  routeLines.set(route, line);
  return line;
}

/** A record of a route never changes. */
const routeLines = new WeakMap<RouteRecord, string>();

/** undefined: it is not one of ours, or not whole. What it holds is checked where it is put into a configuration. */
export function parseManifest(text: string): Manifest | undefined {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
  const { version, listeners, routes, backends, spares, certificates = {} } = record(value) ?? {};
  if (version !== 1 || !strings(spares)) return undefined;
  if (!each(listeners, isListener) || !each(routes, isRoute) || !each(backends, isBackend)) return undefined;
  if (!Object.entries(record(certificates) ?? { '': '' }).every(isCertificate)) return undefined;
  return withDefaults({ ...(value as unknown as Manifest), certificates: certificates as Manifest['certificates'] });
}

/** Records of an earlier version know fewer fields of a route. */
function withDefaults(manifest: Manifest): Manifest {
  const routes = Object.entries(manifest.routes).map(([key, route]) => [
    key,
    { ...route, spec: { ...routeDefaults, ...route.spec } },
  ]);
  return { ...manifest, routes: Object.fromEntries(routes) as Manifest['routes'] };
}

function isCertificate([name, sha1]: readonly [string, Json | undefined]): boolean {
  try {
    return certificateName(pemName(name)) === name && typeof sha1 === 'string' && /^[0-9a-f]{40}$/.test(sha1);
  } catch {
    return false;
  }
}

function isBackend(fields: Fields, name: string): boolean {
  return backendName.test(name) && isShape(fields);
}

type Fields = { readonly [key: string]: Json | undefined };

function record(value: Json | undefined): Fields | undefined {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Fields) : undefined;
}

function strings(value: Json | undefined): boolean {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}

function each(value: Json | undefined, fits: (entry: Fields, name: string) => boolean): boolean {
  const entries = record(value);
  return entries !== undefined && Object.entries(entries).every(([name, entry]) => fits(record(entry) ?? {}, name));
}

function isListener({ services, spec }: Fields, name: string): boolean {
  const { port, binds, tls } = record(spec) ?? {};
  return (
    strings(services) && String(port) === name && Number.isInteger(port) && strings(binds) && typeof tls === 'boolean'
  );
}

function isRoute(fields: Fields): boolean {
  const { services, spec, specHash, schema, targets, parked, parkedAt, backend, servers } = fields;
  const { listener, hostname, path, mode, tls, holdMs, backends } = record(spec) ?? {};
  return (
    [services, targets, parked, servers].every(strings) &&
    [specHash, backend, hostname, path].every((entry) => typeof entry === 'string') &&
    [schema, parkedAt, listener, holdMs].every((entry) => typeof entry === 'number') &&
    (mode === 'l4' || mode === 'l7') &&
    typeof tls === 'boolean' &&
    Array.isArray(backends)
  );
}
