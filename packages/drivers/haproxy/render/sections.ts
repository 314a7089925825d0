import type { RouteRecord } from '../record/manifest.ts';
import { formatAddress, mapKey } from '../record/names.ts';
import { parkAddress, type Server, serversOf } from '../record/servers.ts';
import type { Shape } from '../record/shape.ts';
import type { HaproxySettings } from '../settings/settings.ts';

/** First line of the configuration: a file that begins so is ours to replace. */
export const header = '# Made by reconcile from manifest.json; edits are undone.';

const mostOldWorkers = 16;

export function globalLines(settings: HaproxySettings): string[] {
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
    'defaults l7',
    '  mode http',
    ...waiting,
    '  retry-on conn-failure',
    // A client that gave up must not wait on.
    '  option abortonclose',
    // An old worker closes an idle connection after its next answer, not under a request that is on its way.
    '  option idle-close-on-response',
    '  timeout http-request 10s',
    '  timeout http-keep-alive 60s',
    '  timeout client 5m',
    '  timeout server 5m',
    '  timeout tunnel 1h',
    'defaults l4',
    '  mode tcp',
    ...waiting,
    '  option clitcpka',
    '  option srvtcpka',
    '  timeout client 1h',
    '  timeout server 1h',
  ];
}

/** All of a backend that only a reload can change, besides the number of its servers. */
export function backendHead(name: string, shape: Shape): string[] {
  return [
    `backend ${name} from ${shape.mode === 'http' ? 'l7' : 'l4'}`,
    `  retries ${shape.retries}`,
    ...(shape.proxyProtocol ? ['  default-server send-proxy-v2'] : []),
  ];
}

export function serverLines(slots: number, route: RouteRecord | undefined): string[] {
  const unused: Server = { address: parkAddress, isReady: false };
  const servers = route === undefined ? Array.from({ length: slots }, () => unused) : serversOf(route);
  return [
    ...(route === undefined ? [] : [`  # ${route.spec.listener} ${mapKey(route.spec)}`]),
    ...servers.map(
      ({ address, isReady }, at) => `  server s${at + 1} ${formatAddress(address)}${isReady ? '' : ' disabled'}`,
    ),
  ];
}
