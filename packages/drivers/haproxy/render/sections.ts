import type { RouteRecord } from '../record/manifest.ts';
import { checkHostname, formatAddress, mapKey, metricsName } from '../record/names.ts';
import { parkAddress, type Server, serversOf } from '../record/servers.ts';
import type { Extras, Shape } from '../record/shape.ts';
import type { HaproxySettings } from '../settings/settings.ts';
import { checkCa, checkHeaderName, checkNetwork, checkRate, formatWord } from './values.ts';

/** First line of the configuration: a file that begins so is ours to replace. */
export const header = '# Made by reconcile from manifest.json; edits are undone.';

/** Of our own defaults: a name that nobody else's configuration has. */
const defaults = { l7: 'reconcile-l7', l4: 'reconcile-l4' } as const;

/** Behind the name of a section of ours: no defaults of somebody else's reach it. */
export function from(mode: 'l7' | 'l4'): string {
  return `from ${defaults[mode]}`;
}

const mostOldWorkers = 16;

/** What a client is told when a request waited as long as it may. */
const unready = 'This service is not ready.';
const retryAfterS = 10;

/** Of our own HAProxy. What an existing one is like as a whole is its owner's to say. */
export function globalLines(settings: HaproxySettings): string[] {
  if (!settings.isManaged) return [];
  return [
    'global',
    // Maps are then named by their bare file name, here and in the runtime API.
    '  default-path config',
    // A second HAProxy on a port must fail instead of taking half of its connections.
    '  noreuseport',
    '  fd-hard-limit 1048576',
    `  hard-stop-after ${settings.hardStopAfterS}s`,
    // Reloads in quick succession: the oldest of the old workers is ended, before a crowd of them is.
    `  mworker-max-reloads ${mostOldWorkers}`,
    `  stats socket ${settings.statsSocket} mode 600 level admin expose-fd listeners`,
    '  stats timeout 10s',
    ...(settings.maxconn === undefined ? [] : [`  maxconn ${settings.maxconn}`]),
  ];
}

/**
 * Requests wait through a stop-first replacement instead of failing: no `check` (the forwarder of a rootless port accepts
 * with nothing behind it), a new choice of server at each retry, so that a changed address is seen, a second between them.
 */
export function defaultLines(): string[] {
  const waiting = ['  option redispatch 1', '  timeout connect 1s'];
  return [
    `defaults ${defaults.l7}`,
    '  mode http',
    ...waiting,
    // Beyond a connection that failed: one that was closed just when a request was sent on it. `oncePerRequest` says for whom.
    '  retry-on conn-failure empty-response',
    // Nobody answered while the request waited, or nobody may wait: asking again makes sense (RFC 9110, section 10.2.3).
    `  http-error status 503 content-type text/plain string "${unready}" hdr Retry-After ${retryAfterS}`,
    // A client that gave up must not wait on.
    '  option abortonclose',
    // An old worker closes an idle connection after its next answer, not under a request that is on its way.
    '  option idle-close-on-response',
    '  timeout http-request 10s',
    '  timeout http-keep-alive 60s',
    '  timeout client 5m',
    '  timeout server 5m',
    '  timeout tunnel 1h',
    `defaults ${defaults.l4}`,
    '  mode tcp',
    ...waiting,
    '  option clitcpka',
    '  option srvtcpka',
    '  timeout client 1h',
    '  timeout server 1h',
  ];
}

/** All of a backend that only a reload can change, besides the number of its servers. @throws HAPROXY_ROUTE */
export function backendHead(name: string, shape: Shape, settings: Trust): string[] {
  const known = shapeLines.get(shape);
  const lines = known?.settings === settings ? known.lines : makeShapeLines(shape, settings);
  if (known?.lines !== lines) shapeLines.set(shape, { settings, lines });
  return [`backend ${name} ${from(shape.mode === 'http' ? 'l7' : 'l4')}`, ...lines];
}

/** Of one node's settings: hundreds of backends have the same shape, and none changes. */
const shapeLines = new WeakMap<Shape, { readonly settings: Trust; readonly lines: readonly string[] }>();

function makeShapeLines(shape: Shape, settings: Trust): string[] {
  const { mode, proxyProtocol, extras = {} } = shape;
  const servers = [...(proxyProtocol ? ['send-proxy-v2'] : []), ...serverWords(extras, settings)];
  return [
    `  retries ${shape.retries}`,
    ...(servers.length > 0 ? [`  default-server ${servers.join(' ')}`] : []),
    ...(mode === 'http' ? [oncePerRequest] : []),
    ...accessLines(mode, extras),
    ...Object.entries(extras.headers ?? {}).map(
      ([header, value]) => `  http-response set-header ${checkHeaderName(header)} ${formatWord(value)}`,
    ),
  ];
}

/** As long as an edge asks a silent worker. */
const unheardS = 10;

/** Who may have done something already is not asked twice (RFC 9110, section 9.2.1). */
export const oncePerRequest = '  http-request disable-l7-retry unless { method GET HEAD OPTIONS }';

function serverWords({ h2c, tls }: Extras, settings: Trust): string[] {
  if (tls === undefined) return h2c === true ? ['proto h2'] : [];
  const name = checkHostname(tls.serverName);
  const verify = tls.verify ? `verify required ca-file ${caFile(tls, settings)} verifyhost ${name}` : 'verify none';
  // A link that is cut says nothing: what nobody acknowledges is given up, also on a connection that stood before.
  const given = tls.ca === undefined ? '' : ` tcp-ut ${unheardS}s`;
  return [`ssl ${verify} sni str(${name}) alpn h2,http/1.1${given}`];
}

/** Whose word counts when the certificate of a program or of another node is verified. */
export type Trust = Pick<HaproxySettings, 'backendCa' | 'stateDir'>;

function caFile({ ca }: NonNullable<Extras['tls']>, settings: Trust): string {
  return ca === undefined ? settings.backendCa : `${settings.stateDir}/${checkCa(ca)}`;
}

/** Networks on a line: HAProxy cuts words at 64 to a line. */
const networksOnALine = 40;

function accessLines(mode: Shape['mode'], { allow = [], deny = [], rateLimit }: Extras): string[] {
  const isHttp = mode === 'http';
  const refuse = (status: number) =>
    isHttp ? `http-request deny deny_status ${status}` : 'tcp-request content reject';
  const acl = (name: string, networks: readonly string[]) =>
    networks.flatMap((_, at) =>
      at % networksOnALine === 0
        ? [
            `  acl ${name} src ${networks
              .slice(at, at + networksOnALine)
              .map(checkNetwork)
              .join(' ')}`,
          ]
        : [],
    );
  return [
    ...acl('is_allowed', allow),
    ...acl('is_denied', deny),
    ...(allow.length > 0 ? [`  ${refuse(403)} if !is_allowed`] : []),
    ...(deny.length > 0 ? [`  ${refuse(403)} if is_denied`] : []),
    ...(rateLimit === undefined ? [] : rateLines(isHttp, checkRate(rateLimit))),
  ];
}

/** Counted over one second, by client address. The counts of a second are lost at a reload. */
function rateLines(isHttp: boolean, rate: number): string[] {
  const counter = isHttp ? 'http_req_rate' : 'conn_rate';
  const [track, refuse] = isHttp
    ? ['http-request track-sc0 src', 'http-request deny deny_status 429']
    : ['tcp-request content track-sc0 src', 'tcp-request content reject'];
  return [
    `  stick-table type ipv6 size 100k expire 10s store ${counter}(1s)`,
    `  ${track}`,
    `  ${refuse} if { sc_${counter}(0) gt ${rate} }`,
  ];
}

export function textOf(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}

/** Servers of a route's backend, or of one that nobody uses. A record that is the same object gives the same text. */
export function serverText(slots: number, route: RouteRecord | undefined): string {
  const known = route === undefined ? unusedTexts.get(slots) : routeTexts.get(route);
  if (known !== undefined) return known;
  const text = textOf(makeServerLines(slots, route));
  if (route === undefined) unusedTexts.set(slots, text);
  else routeTexts.set(route, text);
  return text;
}

const routeTexts = new WeakMap<RouteRecord, string>();
const unusedTexts = new Map<number, string>();

function makeServerLines(slots: number, route: RouteRecord | undefined): string[] {
  const unused: Server = { address: parkAddress, isReady: false };
  const servers = route === undefined ? Array.from({ length: slots }, () => unused) : serversOf(route);
  return [
    ...(route === undefined ? [] : [`  # ${route.spec.listener} ${mapKey(route.spec)}`]),
    ...servers.map(
      ({ address, isReady }, at) => `  server s${at + 1} ${formatAddress(address)}${isReady ? '' : ' disabled'}`,
    ),
  ];
}

/** Whoever orders a certificate answers here while the order is open (RFC 8555, section 8.3). */
export function challengeLines({ challengeSocket }: HaproxySettings): string[] {
  if (challengeSocket === undefined) return [];
  return [
    `backend reconcile-challenges ${from('l7')}`,
    '  retries 1',
    oncePerRequest,
    `  server order ${challengeSocket}`,
  ];
}

/** Where Prometheus asks; nothing else is told there. */
export function metricsLines({ metrics }: HaproxySettings): string[] {
  if (metrics === undefined) return [];
  return [
    `frontend ${metricsName} ${from('l7')}`,
    '  option socket-stats',
    `  bind ${metrics} name b1`,
    '  http-request use-service prometheus-exporter if { path /metrics }',
    '  http-request return status 404 content-type text/plain string "see /metrics"',
  ];
}

/** Says by its name which of our configurations a worker has loaded, where `description` is not ours to set. */
export function markLines(hash: string): string[] {
  return [`backend reconcile-${hash} ${from('l7')}`, `  server none ${formatAddress(parkAddress)} disabled`];
}
