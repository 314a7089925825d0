import type { Json, ObservedResource, Observer, ResourceKey } from '@reconcile/core';
import { bindClaim, type ListenerState } from '@reconcile/core/kinds/listener';
import { type RouteState, routeReferences } from '@reconcile/core/kinds/route';
import type { ReadHost } from '@reconcile/host';
import { bindOf, listenAddress } from '../record/names.ts';
import { type Fields, fieldsOf, isTexts, listOf, type RouteRecord, specOf } from '../record/record.ts';
import type { CaddySettings } from '../settings/settings.ts';
import { look, type SeenSite, type Sight } from './look.ts';

export const caddyKinds = ['listener', 'route'] as const;

/** The reading half: what the running Caddy serves, told apart from what was recorded in it. */
export function caddyObserver(settings: CaddySettings): Observer<ReadHost> {
  return {
    name: 'caddy',
    serves: caddyKinds,
    async observe(cx) {
      return { resources: resourcesOf(await look(cx.host, settings)) };
    },
  };
}

function resourcesOf({ sites, others, certificates }: Sight): ObservedResource[] {
  const ours = [...sites.values()].flatMap((site) => [
    listenerResource(site),
    ...[...site.routes.values()].map((record) => routeResource(record, routeState(record, site, certificates.stale))),
  ]);
  const taken = new Set<string>(ours.map(({ key }) => key));
  const foreign = new Map<ResourceKey, ObservedResource>();
  for (const server of others.values()) {
    for (const one of foreignRoutes(server)) if (!taken.has(one.key)) foreign.set(one.key, one);
  }
  return [...ours, ...foreign.values()];
}

function listenerState({ listener, server, drifted, binds, tls }: SeenSite): ListenerState {
  const listen = fieldsOf(server)?.listen;
  const asRecorded = isTexts(listen) && [...listen].sort().join() === asListened(listener.spec.binds);
  const { edges } = listener.spec;
  return {
    binds: asRecorded ? listener.spec.binds : binds,
    tls,
    ...(edges === undefined ? {} : { edges }),
    ...(drifted ? { drifted } : {}),
  };
}

/** undefined: a record that somebody edited. */
function asListened(binds: readonly string[]): string | undefined {
  try {
    return [...new Set(binds.map(listenAddress))].sort().join();
  } catch {
    return undefined;
  }
}

function routeState({ key, targets }: RouteRecord, site: SeenSite, stale: ReadonlySet<ResourceKey>): RouteState {
  const edited = site.driftedRoutes.has(key);
  const seen = edited ? (site.targets.get(key) ?? []) : targets;
  return { targets: seen, parked: false, drifted: edited, ...(stale.has(key) ? { staleCertificate: true } : {}) };
}

function listenerResource(site: SeenSite): ObservedResource {
  const { services, spec } = site.listener;
  const key: ResourceKey = `listener/${spec.port}`;
  return {
    key,
    kind: 'listener',
    slot: key,
    services,
    owner: 'managed',
    spec: spec as unknown as Json,
    schema: 1,
    state: listenerState(site) as unknown as Json,
    health: 'none',
    references: [],
    claims: spec.binds.map(bindClaim),
  };
}

function routeResource(record: RouteRecord, state: RouteState): ObservedResource {
  const { key, services, spec, specHash, schema } = record;
  return {
    key,
    kind: 'route',
    slot: key,
    services,
    owner: 'managed',
    spec: spec as unknown as Json,
    specHash,
    schema,
    state: state as unknown as Json,
    health: 'none',
    references: routeReferences(specOf(record)),
    claims: [],
  };
}

/** Names that somebody's own servers answer for, by the port they listen on. Deeper matchers are his business. */
function foreignRoutes(server: Fields): ObservedResource[] {
  const ports = listOf(server.listen).flatMap((address) => {
    const bind = typeof address === 'string' ? bindOf(address) : undefined;
    return bind === undefined ? [] : [bind.slice(bind.lastIndexOf(':') + 1)];
  });
  const hosts = listOf(server.routes).flatMap((route) =>
    listOf(fieldsOf(route)?.match).flatMap((match) => {
      const host = fieldsOf(match)?.host;
      return isTexts(host) ? host : [];
    }),
  );
  const state: RouteState = { targets: [], parked: false, drifted: false };
  return [...new Set(ports)].flatMap((port) =>
    [...new Set(hosts)].map((host): ObservedResource => {
      const key: ResourceKey = `route/${port}/${host}`;
      return {
        key,
        kind: 'route',
        slot: key,
        services: [],
        owner: 'foreign',
        state: state as unknown as Json,
        health: 'none',
        references: [],
        claims: [],
      };
    }),
  );
}
