import type { Json, ResourceKey } from '@reconcile/core';
import type { ListenerSpec } from '@reconcile/core/kinds/listener';
import { type RouteSpec, routeDefaults } from '@reconcile/core/kinds/route';

/** A listener we serve, as it was asked for. */
export interface ListenerRecord {
  readonly services: readonly string[];
  readonly spec: ListenerSpec;
}

/** A route we serve, as it was asked for. */
export interface RouteRecord {
  readonly key: ResourceKey;
  readonly services: readonly string[];
  /** As it was recorded: one of an older version lacks what came later. {@link specOf} has it all. */
  readonly spec: RouteSpec;
  readonly specHash: string;
  readonly schema: number;
  readonly targets: readonly string[];
}

/** One listener and its routes: one server of Caddy's. */
export interface Site {
  readonly listener: ListenerRecord;
  readonly routes: ReadonlyMap<ResourceKey, RouteRecord>;
}

/** By port. */
export type Sites = ReadonlyMap<string, Site>;

export function specOf({ spec }: RouteRecord): RouteSpec {
  return { ...routeDefaults, ...spec };
}

export type Fields = { readonly [key: string]: Json | undefined };

export function fieldsOf(value: Json | undefined): Fields | undefined {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Fields) : undefined;
}

export function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

export function isTexts(value: Json | undefined): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}

/**
 * Our record stands in Caddy's own configuration, in a `vars` handler, which takes any object and does nothing with it: it is
 * written and lost together with what it describes.
 */
export function recordIn(route: Json | undefined): Fields | undefined {
  for (const handler of listOf(fieldsOf(route)?.handle)) {
    const { handler: name, reconcile } = fieldsOf(handler) ?? {};
    if (name === 'vars' && fieldsOf(reconcile) !== undefined) return fieldsOf(reconcile);
  }
  return undefined;
}

/** undefined: not a listener's record, or not whole. */
export function parseListener(record: Fields | undefined, port: string): ListenerRecord | undefined {
  const { services, spec } = record ?? {};
  const { port: asked, binds, tls, edges } = fieldsOf(spec) ?? {};
  if (!isTexts(services) || String(asked) !== port || !isTexts(binds) || typeof tls !== 'boolean') return undefined;
  return { services, spec: { port: Number(port), binds, tls, ...(isTexts(edges) ? { edges } : {}) } };
}

/** undefined: not a route's record of that port, or not whole. Its values are checked where they are rendered. */
export function parseRoute(record: Fields | undefined, port: string): RouteRecord | undefined {
  const { key, services, spec, specHash, schema, targets } = record ?? {};
  const fields = fieldsOf(spec);
  if (fields === undefined || !isTexts(services) || !isTexts(targets)) return undefined;
  if (typeof key !== 'string' || !key.startsWith(`route/${port}/`)) return undefined;
  if (typeof specHash !== 'string' || typeof schema !== 'number') return undefined;
  if (!isSpec({ ...(routeDefaults as unknown as Fields), ...fields }, port)) return undefined;
  return {
    key: key as ResourceKey,
    services,
    spec: spec as unknown as RouteSpec,
    specHash,
    schema,
    targets,
  };
}

/** Of the same types as the defaults, so that rendering cannot fall over a record that somebody edited. */
function isSpec(fields: Fields, port: string): boolean {
  const known = routeDefaults as unknown as Fields;
  const { backendTls, remote, headers } = fields;
  return (
    String(fields.listener) === port &&
    (['hostname', 'path', 'mode', 'tls', 'certificate', 'wildcard', 'redirectFrom', 'h2c', 'holdMs'] as const).every(
      (name) => typeof fields[name] === typeof known[name],
    ) &&
    isTexts(fields.allow) &&
    isTexts(fields.deny) &&
    listOf(fields.backends).every((backend) => typeof fieldsOf(backend)?.slot === 'string') &&
    isTexts(Object.values(fieldsOf(headers) ?? { none: 0 }) as Json) &&
    (backendTls === null || typeof fieldsOf(backendTls)?.serverName === 'string') &&
    remote === null
  );
}
