import type { Json } from '@reconcile/core';
import { fail } from '../errors.ts';
import { checkAddress, checkHeader, checkHostname, checkNetwork, checkPath, listenAddress } from '../record/names.ts';
import { type RouteRecord, type Site, type Sites, specOf } from '../record/record.ts';

/** A backend that refuses is asked again that often: a container that restarts in place costs time, not requests. */
const retryMs = 250;

/** Tag of every certificate that we load: our servers take no other. */
export const ourTag = 'reconcile';

/**
 * One listener as a server of Caddy's. Plain data from plain data: equal records give equal JSON, so comparing it with what
 * runs finds any edit. No HTTP/3: a listener claims TCP ports only. An unmatched name would be a 200 without a catch-all.
 * @throws CADDY_ROUTE
 */
export function renderServer(site: Site, sites: Sites): Json {
  return assemble(site, sites, { route: renderRoute, redirect: renderRedirect });
}

/** What is the listener's own: the server with a word instead of each route. @throws CADDY_ROUTE */
export function renderFrame(site: Site, sites: Sites): Json {
  return assemble(site, sites, { route: ({ key }) => key, redirect: ({ key }) => `from ${key}` });
}

interface Parts {
  readonly route: (record: RouteRecord) => Json;
  readonly redirect: (record: RouteRecord) => Json;
}

function assemble({ listener, routes }: Site, sites: Sites, parts: Parts): Json {
  const { port, binds, tls } = listener.spec;
  const sorted = [...routes.values()].sort(byPath);
  const redirected = tls ? [] : redirectedFrom(port, sites).sort(byPath);
  return {
    listen: [...new Set(binds.map(listenAddress))].sort(),
    automatic_https: { disable: true },
    protocols: ['h1', 'h2'],
    ...(tls ? { tls_connection_policies: [{ certificate_selection: { any_tag: [ourTag] } }] } : {}),
    routes: [...sorted.map(parts.route), ...redirected.map(parts.redirect), renderRest(listener)],
  };
}

/** The longest path first: Caddy takes the first route that matches. */
function byPath(a: RouteRecord, b: RouteRecord): number {
  const longer = b.spec.path.length - a.spec.path.length;
  return longer === 0 ? (a.key < b.key ? -1 : 1) : longer;
}

export function renderRest({ services, spec }: Site['listener']): Json {
  const record = { services, spec: { ...spec } } as unknown as Json;
  return {
    handle: [
      { handler: 'vars', reconcile: record },
      { handler: 'static_response', status_code: 404 },
    ],
  };
}

/** Routes of other listeners whose names a plain one sends on to them. */
function redirectedFrom(port: number, sites: Sites): RouteRecord[] {
  return [...sites.values()].flatMap((site) =>
    [...site.routes.values()].filter((one) => one.spec.redirectFrom === port),
  );
}

/** @throws CADDY_ROUTE */
export function renderRedirect(record: RouteRecord): Json {
  const { hostname, listener } = specOf(record);
  const name = `${checkHostname(hostname)}${listener === 443 ? '' : `:${listener}`}`;
  const location = [`https://${name}{http.request.uri}`];
  return {
    match: matching(record),
    terminal: true,
    handle: [
      { handler: 'vars', reconcile: { redirect: record.key } },
      { handler: 'static_response', status_code: 308, headers: { Location: location } },
    ],
  };
}

function matching(record: RouteRecord): Json {
  const { hostname, path: prefix } = specOf(record);
  const host = checkHostname(hostname);
  const path = checkPath(prefix);
  const below = path === '' ? {} : { path_regexp: { pattern: `^${literal(path)}(?:/|$)` } };
  // With the root's dot too, as browsers send it.
  return [{ host: [host, `${host}.`], ...below }];
}

/** @throws CADDY_ROUTE */
export function renderRoute(record: RouteRecord): Json {
  const { targets } = record;
  const spec = specOf(record);
  return {
    match: matching(record),
    terminal: true,
    handle: [
      { handler: 'vars', reconcile: { ...record } as unknown as Json },
      ...limitClients(spec.allow, spec.deny),
      targets.length === 0 ? { handler: 'static_response', status_code: 503 } : renderProxy(record),
    ],
  };
}

/** Caddy's `path` ignores case; a regular expression does not. */
function literal(path: string): string {
  return path.replace(/[.+]/g, '\\$&');
}

function limitClients(allow: readonly string[], deny: readonly string[]): Json[] {
  const refuse = [{ handler: 'static_response', status_code: 403 }];
  const among = (networks: readonly string[]) => ({ remote_ip: { ranges: networks.map(checkNetwork) } });
  const routes = [
    ...(allow.length === 0 ? [] : [{ match: [{ not: [among(allow)] }], handle: refuse }]),
    ...(deny.length === 0 ? [] : [{ match: [among(deny)], handle: refuse }]),
  ];
  return routes.length === 0 ? [] : [{ handler: 'subroute', routes }];
}

function renderProxy(record: RouteRecord): Json {
  const { backendTls, h2c, headers, holdMs } = specOf(record);
  const set = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      checkHeader(name, value);
      return [name, [plainText(value)]];
    }),
  );
  return {
    handler: 'reverse_proxy',
    upstreams: [...new Set(record.targets.map(checkAddress))].sort().map((dial) => ({ dial })),
    ...(holdMs > 0 ? { load_balancing: { try_duration: `${holdMs}ms`, try_interval: `${retryMs}ms` } } : {}),
    ...(backendTls === null ? {} : { transport: { protocol: 'http', tls: verifying(backendTls) } }),
    ...(backendTls === null && h2c ? { transport: { protocol: 'http', versions: ['h2c', '2'] } } : {}),
    ...(Object.keys(set).length === 0 ? {} : { headers: { response: { set } } }),
  };
}

function verifying({ verify, serverName }: { verify: boolean; serverName: string }): Json {
  const name = { server_name: checkHostname(serverName) };
  return verify ? name : { ...name, insecure_skip_verify: true };
}

/** Caddy replaces {placeholders} in header values, {env.SECRET} among them: a backslash makes a brace a brace. */
function plainText(value: string): string {
  if (value.includes('\\')) {
    throw fail('CADDY_ROUTE', { message: 'set a header', wanted: 'a value without a backslash' });
  }
  return value.replace(/[{}]/g, '\\$&');
}
