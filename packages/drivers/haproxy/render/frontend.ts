import type { ListenerSpec } from '@reconcile/core/kinds/listener';
import {
  endName,
  endSocketName,
  frontendName,
  listName,
  loopName,
  mapName,
  parseAddress,
  plainBind,
} from '../record/names.ts';
import type { HaproxySettings } from '../settings/settings.ts';
import { from, oncePerRequest } from './sections.ts';
import { checkNetwork } from './values.ts';

/** A listener with what else of the node decides what it says. */
export interface Front {
  readonly listener: ListenerSpec;
  /** A plain listener: the TLS listener that it sends people to, for names that only that one has. */
  readonly redirectsTo: number | undefined;
}

/** Ports of the web (RFC 9110, section 4.2): who asks on the one for a name of the other is sent there. */
export const redirects: ReadonlyMap<number, number> = new Map([[80, 443]]);

/** Where an old worker sends requests of connections it still has: only the current one knows today's addresses. */
export function loopLines(listener: ListenerSpec, settings: HaproxySettings): string[] {
  return [
    `backend now-${frontendName(listener.port)} ${from('l7')}`,
    '  retries 10',
    oncePerRequest,
    `  server now ${settings.loops}${loopName(listener)} send-proxy-v2`,
    ...(listener.tls
      ? [
          `backend ends-${frontendName(listener.port)} ${from('l4')}`,
          '  retries 10',
          `  server end ${settings.loops}${endSocketName(listener)} send-proxy-v2`,
        ]
      : []),
  ];
}

export function frontendLines({ listener, redirectsTo }: Front, settings: HaproxySettings): string[] {
  const name = frontendName(listener.port);
  const head = [
    `frontend ${name} ${from(listener.tls ? 'l4' : 'l7')}`,
    '  option socket-stats',
    ...bindLines(listener.binds),
  ];
  // An abstract socket has no mode.
  const mode = settings.isManaged ? ' mode 600' : '';
  const loop = `  bind ${settings.loops}${loopName(listener)} name loop${mode} accept-proxy`;
  if (!listener.tls) return [...head, loop, ...httpLines(listener, { proto: 'http', redirectsTo, settings })];
  return [
    ...head,
    ...passthroughLines(listener, settings),
    `frontend ${endName(listener.port)} ${from('l7')}`,
    // A name without a certificate is refused in the handshake: nobody is shown another's.
    `  bind ${settings.loops}${endSocketName(listener)} name end${mode} accept-proxy ssl crt-list ${settings.prefix}${listName(listener.port)} alpn h2,http/1.1 strict-sni ssl-min-ver TLSv1.2`,
    loop,
    ...httpLines(listener, { proto: 'https', redirectsTo: undefined, settings }),
  ];
}

/** `[::]` takes both families, unless IPv4 has a bind of its own on that port. */
function bindLines(binds: readonly string[]): string[] {
  const plain = [...new Set(binds.map(plainBind))];
  return plain.map((bind, at) => {
    const both = bind.startsWith('[::]:') && !plain.some((other) => !other.startsWith('[') && samePort(bind, other));
    return `  bind ${bind} name b${at + 1}${both ? ' v4v6' : bind.startsWith('[') ? ' v6only' : ''}`;
  });
}

function samePort(a: string, b: string): boolean {
  return parseAddress(a).port === parseAddress(b).port;
}

interface Http {
  readonly proto: 'http' | 'https';
  readonly redirectsTo: number | undefined;
  readonly settings: HaproxySettings;
}

/** X-Forwarded-* are ours to say. Behind an edge the address is the one that its PROXY header names. */
function httpLines({ port }: ListenerSpec, { proto, redirectsTo, settings }: Http): string[] {
  const lookup = (to: number) =>
    `var(txn.host),concat(,txn.path),map_beg(${settings.prefix}${mapName({ listener: to, mode: 'l7' })})`;
  const asks = proto === 'http' && port === 80 && settings.challengeSocket !== undefined;
  return [
    '  http-request set-var(txn.host) req.hdr(host),field(1,:),lower,rtrim(.)',
    '  http-request return status 400 content-type text/plain string "bad host" if { var(txn.host) -m sub / }',
    // One more slash, so that the prefix /api/ finds /api and not /apix.
    '  http-request set-var(txn.path) path,concat(/)',
    `  http-request set-var(txn.be) ${lookup(port)}`,
    ...(redirectsTo === undefined
      ? []
      : [
          `  http-request redirect code 308 prefix https://%[var(txn.host)] if !{ var(txn.be) -m found } { ${lookup(redirectsTo)} -m found }${asks ? ' !{ path_beg /.well-known/acme-challenge/ }' : ''}`,
        ]),
    `  http-request return status 404 content-type text/plain string "no such route" if !{ var(txn.be) -m found } !{ stopping }${asks ? ' !{ path_beg /.well-known/acme-challenge/ }' : ''}`,
    '  http-request set-header X-Forwarded-For %[src]',
    `  http-request set-header X-Forwarded-Proto ${proto}`,
    '  http-request set-header X-Forwarded-Host %[req.hdr(host)]',
    ...(asks ? ['  use_backend reconcile-challenges if { path_beg /.well-known/acme-challenge/ }'] : []),
    `  use_backend now-${frontendName(port)} if { stopping }`,
    '  use_backend %[var(txn.be)]',
  ];
}

/**
 * The name is read from the ClientHello (RFC 6066 section 3). What an l4 route has goes on as it is; TLS of all other names
 * ends here.
 */
function passthroughLines(listener: ListenerSpec, { prefix }: HaproxySettings): string[] {
  const { edges = [], port } = listener;
  return [
    ...(edges.length > 0
      ? [`  tcp-request connection expect-proxy layer4 if { src ${edges.map(checkNetwork).join(' ')} }`]
      : []),
    '  tcp-request inspect-delay 5s',
    '  tcp-request content reject if !{ req.ssl_hello_type 1 }',
    `  tcp-request content set-var(txn.be) req.ssl_sni,lower,map_str(${prefix}${mapName({ listener: port, mode: 'l4' })})`,
    '  use_backend %[var(txn.be)] if { var(txn.be) -m found }',
    `  default_backend ends-${frontendName(port)}`,
  ];
}
