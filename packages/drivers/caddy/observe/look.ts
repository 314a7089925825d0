import { type Json, type ResourceKey, sameJson } from '@reconcile/core';
import type { ReadHost } from '@reconcile/host';
import { bindOf, portOfServer } from '../record/names.ts';
import {
  type Fields,
  fieldsOf,
  isTexts,
  type ListenerRecord,
  listOf,
  parseListener,
  parseRoute,
  type RouteRecord,
  recordIn,
  type Site,
} from '../record/record.ts';
import { renderRoute, renderServer } from '../render/render.ts';
import type { CaddySettings } from '../settings/settings.ts';
import { readConfig } from './admin.ts';
import { type Certificates, readCertificates } from './certificates.ts';

/** One of our servers as it runs: what was recorded, and where it is not that any more. */
export interface SeenSite extends Site {
  readonly server: Json;
  /** Of the server itself: its addresses, its order, a route without a record, its last route. */
  readonly drifted: boolean;
  readonly driftedRoutes: ReadonlySet<ResourceKey>;
  /** Addresses that requests of a drifted route go to. */
  readonly targets: ReadonlyMap<ResourceKey, readonly string[]>;
  readonly binds: readonly string[];
  readonly tls: boolean;
}

/** Everything there is to see. */
export interface Sight {
  readonly apps: Json;
  readonly etag: string;
  readonly sites: ReadonlyMap<string, SeenSite>;
  /** Servers of somebody else, by name. */
  readonly others: ReadonlyMap<string, Fields>;
  readonly certificates: Certificates;
}

/** Reads only. @throws CADDY_UNREACHABLE CADDY_DENIED CADDY_GARBLED */
export async function look(host: ReadHost, settings: CaddySettings): Promise<Sight> {
  const { apps, etag } = await readConfig(host, settings);
  const sites = new Map<string, SeenSite>();
  const others = new Map<string, Fields>();
  const servers = fieldsOf(fieldsOf(fieldsOf(apps)?.http)?.servers) ?? {};
  for (const [name, server] of Object.entries(servers)) {
    const port = portOfServer(name);
    if (port === undefined) others.set(name, fieldsOf(server) ?? {});
    else sites.set(port, seenSite(port, server ?? null));
  }
  const certificates = await readCertificates(host, settings, { apps, sites });
  return { apps, etag, sites, others, certificates };
}

function seenSite(port: string, server: Json): SeenSite {
  const { listen, routes, tls_connection_policies: policies } = fieldsOf(server) ?? {};
  const binds = isTexts(listen) ? listen.map((address) => bindOf(address) ?? address).sort() : [];
  const tls = listOf(policies).length > 0;
  const found = new Map<ResourceKey, RouteRecord>();
  const driftedRoutes = new Set<ResourceKey>();
  const targets = new Map<ResourceKey, readonly string[]>();
  let listener: ListenerRecord | undefined;
  for (const route of listOf(routes)) {
    const record = recordIn(route);
    const one = parseRoute(record, port);
    listener ??= one === undefined ? parseListener(record, port) : undefined;
    if (one === undefined || found.has(one.key)) continue;
    found.set(one.key, one);
    targets.set(one.key, targetsOf(route));
    if (
      !sameJson(
        tryRender(() => renderRoute(one)),
        route,
      )
    )
      driftedRoutes.add(one.key);
  }
  const isWhole = listener !== undefined;
  listener ??= { services: [], spec: { port: Number(port), binds, tls } };
  const site = { listener, routes: found };
  const drifted = !isWhole || !sameJson(frame(tryRender(() => renderServer(site))), frame(server));
  return { ...site, server, drifted, driftedRoutes, targets, binds, tls };
}

/** A record that cannot be rendered was edited: it is not what runs, whatever runs. */
function tryRender(render: () => Json): Json {
  try {
    return render();
  } catch {
    return null;
  }
}

/** A server without the content of its routes: what is the listener's own. */
function frame(server: Json): Json {
  const fields = fieldsOf(server);
  if (fields === undefined) return null;
  const routes = listOf(fields.routes).map((route) => {
    const key = recordIn(route)?.key;
    return typeof key === 'string' ? key : route;
  });
  return { ...fields, routes };
}

/** Where a route sends its requests, as it runs. */
function targetsOf(route: Json): string[] {
  const dials = listOf(fieldsOf(route)?.handle).flatMap((handler) =>
    listOf(fieldsOf(handler)?.upstreams).flatMap((upstream) => fieldsOf(upstream)?.dial ?? []),
  );
  return dials.filter((dial) => typeof dial === 'string').sort();
}
