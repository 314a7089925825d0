import type { RouteDefinition } from '../model/index.ts';
import { type RouteInput, routeSchema } from '../schema/component.ts';
import { isNetwork } from '../syntax/index.ts';
import { checkTable } from './check.ts';
import type { Place } from './report.ts';
import { keepEach, type Placed } from './texts.ts';

/** The routes of one component, each checked by itself. */
export function readRoutes(input: unknown, place: Place): Placed<RouteDefinition>[] {
  if (input === undefined) return [];
  const path = [...place.path, 'routes'];
  if (!Array.isArray(input)) {
    place.report.error('WrongType', path, {
      message: 'expected a list of routes',
      at: 'key',
      hint: 'write [[…routes]], with two brackets',
    });
    return [];
  }
  const found: Placed<RouteDefinition>[] = [];
  for (const [i, entry] of input.entries()) {
    const at = { ...place, path: [...path, i] };
    const route = checkTable(routeSchema, entry, at);
    if (route !== undefined) found.push({ value: readRoute(route, at), path: at.path });
  }
  return found;
}

function readRoute(input: RouteInput, place: Place): RouteDefinition {
  const { report, path } = place;
  if (input.port !== undefined && input.listen !== undefined) {
    report.error('BothForms', [...path, 'listen'], {
      message: '`listen` and `port` are the same key',
      at: 'key',
      hint: 'write one of them',
    });
  }
  const mode = input.mode ?? 'l7';
  if (mode === 'l4') {
    for (const key of ['path', 'headers', 'backend_tls'] as const) {
      if (input[key] === undefined) continue;
      report.error('WrongValue', [...path, key], {
        message: `\`${key}\` needs mode = "l7": an l4 route passes bytes through unseen`,
        at: 'key',
      });
    }
  }
  const networks = { place, expected: 'an address or network such as "192.0.2.0/24"' };
  return {
    name: input.name ?? '',
    port: input.port ?? input.listen ?? 443,
    mode,
    hostname: input.hostname?.toLowerCase() ?? null,
    public: input.public ?? false,
    containerPort: input.container_port ?? null,
    path: input.path === undefined ? '/' : input.path.replace(/(.)\/+$/, '$1'),
    backendTls: backendTls(input.backend_tls),
    proxyProtocol: input.proxy_protocol ?? false,
    rateLimit: typeof input.rate_limit === 'string' ? Number.parseInt(input.rate_limit, 10) : (input.rate_limit ?? 0),
    allow: keepEach(input.allow, isNetwork, { key: 'allow', ...networks }),
    deny: keepEach(input.deny, isNetwork, { key: 'deny', ...networks }),
    headers: headers(input.headers, place),
  };
}

/** `true`: encrypted, not verified: the program answers on this machine's loopback. '' as name: the route's host name. */
function backendTls(input: RouteInput['backend_tls']): RouteDefinition['backendTls'] {
  if (input === undefined || input === false) return null;
  if (input === true) return { verify: false, serverName: '' };
  return { verify: input.verify ?? false, serverName: input.server_name?.toLowerCase() ?? '' };
}

/** Names are tokens, values printable: a line break would be a header of its own (RFC 9110, section 5.5). */
function headers(input: RouteInput['headers'], place: Place): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(input ?? {})) {
    const path = [...place.path, 'headers', name];
    if (!/^[A-Za-z][A-Za-z0-9-]{0,63}$/.test(name))
      place.report.error('WrongValue', path, { message: 'not a header name', at: 'key' });
    else if (!/^[\x20-\x7e]{0,1024}$/.test(value))
      place.report.error('WrongValue', path, 'a header holds printable ASCII on one line');
    else found[name] = value;
  }
  return found;
}
