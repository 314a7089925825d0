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
  type Sites,
} from '../record/record.ts';
import { renderFrame, renderRedirect, renderRoute } from '../render/render.ts';
import type { CaddySettings } from '../settings/settings.ts';
import { readConfig } from './admin.ts';
import { type Certificates, readCertificates } from './certificates.ts';

/** One of our servers as it runs: what was recorded, and where it is not that any more. */
export interface SeenSite extends Site {
  readonly server: Json;
  /** Of the server itself: its addresses, its order, a route without a record, its last route. */
  readonly drifted: boolean;
  readonly driftedRoutes: Set<ResourceKey>;
  /** Addresses that requests of a drifted route go to. */
  readonly targets: ReadonlyMap<ResourceKey, readonly string[]>;
  readonly binds: readonly string[];
  readonly tls: boolean;
  /** Routes of other listeners that it sends names on to. */
  readonly redirects: ReadonlySet<string>;
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
  const recorded = new Map<string, ReadSite>();
  const others = new Map<string, Fields>();
  const servers = fieldsOf(fieldsOf(fieldsOf(apps)?.http)?.servers) ?? {};
  for (const [name, server] of Object.entries(servers)) {
    const port = portOfServer(name);
    if (port === undefined) others.set(name, fieldsOf(server) ?? {});
    else recorded.set(port, readSite(port, server ?? null));
  }
  const sites = new Map([...recorded].map(([port, site]) => [port, compared(site, recorded)]));
  for (const key of editedRedirects(recorded)) sites.get(key.split('/')[1] ?? '')?.driftedRoutes.add(key);
  const certificates = await readCertificates(host, settings, { apps, sites });
  return { apps, etag, sites, others, certificates };
}

/** A server as far as it can be read by itself. */
interface ReadSite extends Site {
  readonly server: Json;
  /** The listener's record is there. */
  readonly isWhole: boolean;
  /** Each route as it runs. */
  readonly running: ReadonlyMap<ResourceKey, Json>;
  readonly binds: readonly string[];
  readonly tls: boolean;
}

function readSite(port: string, server: Json): ReadSite {
  const { listen, routes, tls_connection_policies: policies } = fieldsOf(server) ?? {};
  const binds = isTexts(listen) ? listen.map((address) => bindOf(address) ?? address).sort() : [];
  const tls = listOf(policies).length > 0;
  const found = new Map<ResourceKey, RouteRecord>();
  const running = new Map<ResourceKey, Json>();
  let listener: ListenerRecord | undefined;
  for (const route of listOf(routes)) {
    const record = recordIn(route);
    const one = parseRoute(record, port);
    listener ??= one === undefined ? parseListener(record, port) : undefined;
    if (one === undefined || found.has(one.key)) continue;
    found.set(one.key, one);
    running.set(one.key, route);
  }
  const isWhole = listener !== undefined;
  listener ??= { services: [], spec: { port: Number(port), binds, tls } };
  return { listener, routes: found, running, server, isWhole, binds, tls };
}

/** With what its records, and those of routes that send on from it, would be rendered as. */
function compared(site: ReadSite, sites: Sites): SeenSite {
  const driftedRoutes = new Set<ResourceKey>();
  const targets = new Map<ResourceKey, readonly string[]>();
  for (const [key, record] of site.routes) {
    const route = site.running.get(key) ?? null;
    targets.set(key, targetsOf(route));
    if (
      !sameJson(
        tryRender(() => renderRoute(record)),
        route,
      )
    )
      driftedRoutes.add(key);
  }
  const wanted = tryRender(() => renderFrame(site, sites));
  const drifted = !site.isWhole || !sameJson(wanted, frame(site.server));
  const redirects = listOf(fieldsOf(site.server)?.routes).flatMap((route) => {
    const { redirect } = recordIn(route) ?? {};
    return typeof redirect === 'string' ? [redirect] : [];
  });
  return { ...site, drifted, driftedRoutes, targets, redirects: new Set(redirects) };
}

/** Routes whose redirect on another listener is there and is not as it was. */
function editedRedirects(sites: ReadonlyMap<string, ReadSite>): ResourceKey[] {
  const routes = new Map([...sites.values()].flatMap((site) => [...site.routes]));
  return [...sites.values()].flatMap(({ server }) =>
    listOf(fieldsOf(server)?.routes).flatMap((route) => {
      const record = routes.get(recordIn(route)?.redirect as ResourceKey);
      return record === undefined ||
        sameJson(
          tryRender(() => renderRedirect(record)),
          route,
        )
        ? []
        : [record.key];
    }),
  );
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
    const { key, redirect } = recordIn(route) ?? {};
    return typeof key === 'string' ? key : typeof redirect === 'string' ? `from ${redirect}` : route;
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
