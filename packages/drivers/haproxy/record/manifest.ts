import type { Json, ResourceKey } from '@reconcile/core';
import type { ListenerSpec } from '@reconcile/core/kinds/listener';
import type { RouteSpec } from '@reconcile/core/kinds/route';
import { backendName, plainBind } from './names.ts';
import type { Shape } from './shape.ts';

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
}

export const emptyManifest: Manifest = { version: 1, listeners: {}, routes: {}, backends: {}, spares: [] };

export function isEmpty(manifest: Manifest): boolean {
  return Object.keys(manifest.listeners).length === 0;
}

/** A listener that has just changed between TLS and plain serves none of its former routes until they follow. */
export function isServed(listener: ListenerRecord, spec: RouteSpec): boolean {
  return listener.spec.tls === (spec.mode === 'l4');
}

/** Every address its listeners bind, in HAProxy's spelling. @throws HAPROXY_ROUTE */
export function bindsOf(manifest: Manifest): string[] {
  return [...new Set(Object.values(manifest.listeners).flatMap(({ spec }) => spec.binds.map(plainBind)))];
}

export function formatManifest(manifest: Manifest): string {
  return `${JSON.stringify(manifest, undefined, 1)}\n`;
}

/** undefined: it is not one of ours, or not whole. What it holds is checked where it is put into a configuration. */
export function parseManifest(text: string): Manifest | undefined {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
  const { version, listeners, routes, backends, spares } = record(value) ?? {};
  if (version !== 1 || !strings(spares)) return undefined;
  if (!each(listeners, isListener) || !each(routes, isRoute) || !each(backends, isShape)) return undefined;
  return value as unknown as Manifest;
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

function isShape({ mode, retries, proxyProtocol, slots }: Fields, name: string): boolean {
  if (!backendName.test(name)) return false;
  const numbers = [retries, slots].every((entry) => Number.isInteger(entry) && (entry as number) >= 0);
  return (
    (mode === 'http' || mode === 'tcp') && numbers && (slots as number) <= 4096 && typeof proxyProtocol === 'boolean'
  );
}
