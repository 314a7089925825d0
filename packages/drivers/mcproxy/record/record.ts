import type { Json, ResourceKey } from '@reconcile/core';
import { type RouteSpec, routeDefaults } from '@reconcile/core/kinds/route';

/** A route we put there, as it was asked for. */
export interface RouteRecord {
  readonly services: readonly string[];
  /** As it was recorded: one of an older version lacks what came later. {@link specOf} has it all. */
  readonly spec: RouteSpec;
  readonly specHash: string;
  readonly schema: number;
  readonly targets: readonly string[];
  /** Listeners it was put on, as MC-Proxy spells their addresses. */
  readonly addresses: readonly string[];
  /** Digest of the certificate file that was there when it was added; '' without one. */
  readonly certificate: string;
}

/**
 * Which routes are ours: MC-Proxy keeps routes and has no room for notes. Written before a route is added and after it was
 * removed, so that a crash in between leaves a route of ours that differs, never one of ours that looks like somebody else's.
 */
export interface Record {
  readonly version: 1;
  readonly routes: Readonly<{ [key: ResourceKey]: RouteRecord }>;
}

export const emptyRecord: Record = { version: 1, routes: {} };

export function specOf({ spec }: RouteRecord): RouteSpec {
  return { ...routeDefaults, ...spec };
}

export function formatRecord(record: Record): string {
  return `${JSON.stringify(record, undefined, 1)}\n`;
}

type Fields = { readonly [key: string]: Json | undefined };

/** undefined: damaged, or not ours. */
export function parseRecord(text: string): Record | undefined {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
  const { version, routes } = fieldsOf(value);
  const isWhole =
    version === 1 && Object.entries(fieldsOf(routes)).every(([key, one]) => key.startsWith('route/') && isRoute(one));
  return isWhole ? (value as unknown as Record) : undefined;
}

function isRoute(value: Json | undefined): boolean {
  const { services, spec, specHash, schema, targets, addresses, certificate } = fieldsOf(value);
  const { hostname, mode, listener } = fieldsOf(spec);
  return (
    [services, targets, addresses].every(isTexts) &&
    [specHash, certificate, hostname, mode].every((entry) => typeof entry === 'string') &&
    typeof schema === 'number' &&
    typeof listener === 'number'
  );
}

function fieldsOf(value: Json | undefined): Fields {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Fields) : {};
}

function isTexts(value: Json | undefined): boolean {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}
