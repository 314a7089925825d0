import type { RouteSpec } from '@reconcile/core/kinds/route';

/**
 * What a route asks for that Caddy cannot do, for people; undefined: it can be served. Caddy 2.6 as Debian packages it: no
 * layer 4, no PROXY protocol in or out, no rate limit (all three are third-party modules there).
 */
export function caddyLimit(spec: RouteSpec): string | undefined {
  const missing = [
    ...(spec.mode === 'l4' ? ['mode l4: it sees requests, not connections'] : []),
    ...(spec.mode === 'l4' || !spec.proxyProtocol ? [] : ['proxy_protocol: it sends no PROXY v2']),
    ...(spec.remote === null ? [] : ["another node's listener: it sends no PROXY v2"]),
    ...(isBehindEdge(spec) ? ['a public name behind an edge: it takes no PROXY v2'] : []),
    ...(spec.rateLimit === 0 ? [] : ['rate_limit: it has no such module']),
    ...(spec.path.includes('%') ? ['path with %: it compares decoded paths'] : []),
  ];
  return missing.length === 0 ? undefined : `caddy cannot do ${missing.join('; ')}`;
}

/** Such a route shows the certificate of the internal name, and its requests come from an edge, which sends PROXY v2. */
function isBehindEdge({ certificate, hostname }: RouteSpec): boolean {
  return certificate !== '' && certificate !== hostname;
}
