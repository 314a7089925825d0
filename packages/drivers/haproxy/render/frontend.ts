import type { ListenerSpec } from '@reconcile/core/kinds/listener';
import { frontendName, loopName, mapName, parseAddress, plainBind } from '../record/names.ts';
import type { HaproxySettings } from '../settings/settings.ts';

function loopSocket(listener: ListenerSpec, settings: HaproxySettings): string {
  return `${settings.runDir}/${loopName(listener)}`;
}

/** Where an old worker sends requests of connections it still has: only the current one knows today's addresses. */
export function loopLines(listener: ListenerSpec, settings: HaproxySettings): string[] {
  return [
    `backend now-${frontendName(listener.port)} from l7`,
    '  retries 10',
    `  server now ${loopSocket(listener, settings)} send-proxy-v2`,
  ];
}

export function frontendLines(listener: ListenerSpec, settings: HaproxySettings): string[] {
  const name = frontendName(listener.port);
  return [
    `frontend ${name} from ${listener.tls ? 'l4' : 'l7'}`,
    '  option socket-stats',
    ...bindLines(listener.binds),
    ...(listener.tls ? passthroughLines(listener) : plainLines(listener, settings)),
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

function plainLines(listener: ListenerSpec, settings: HaproxySettings): string[] {
  const name = frontendName(listener.port);
  return [
    `  bind ${loopSocket(listener, settings)} name loop mode 600 accept-proxy`,
    '  http-request set-var(txn.host) req.hdr(host),field(1,:),lower,rtrim(.)',
    '  http-request return status 400 content-type text/plain string "bad host" if { var(txn.host) -m sub / }',
    // One more slash, so that the prefix /api/ finds /api and not /apix.
    '  http-request set-var(txn.path) path,concat(/)',
    `  http-request set-var(txn.be) var(txn.host),concat(,txn.path),map_beg(${mapName(listener)})`,
    '  http-request return status 404 content-type text/plain string "no such route" if !{ var(txn.be) -m found } !{ stopping }',
    '  http-request set-header X-Forwarded-For %[src]',
    '  http-request set-header X-Forwarded-Proto http',
    '  http-request set-header X-Forwarded-Host %[req.hdr(host)]',
    `  use_backend now-${name} if { stopping }`,
    '  use_backend %[var(txn.be)]',
  ];
}

/** The name is read from the ClientHello (RFC 6066 section 3) and the bytes are passed on as they are. */
function passthroughLines(listener: ListenerSpec): string[] {
  return [
    '  tcp-request inspect-delay 5s',
    '  tcp-request content reject if !{ req.ssl_hello_type 1 }',
    `  tcp-request content set-var(txn.be) req.ssl_sni,lower,map_str(${mapName(listener)})`,
    '  tcp-request content reject if !{ var(txn.be) -m found }',
    '  use_backend %[var(txn.be)]',
  ];
}
