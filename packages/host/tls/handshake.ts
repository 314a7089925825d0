import type { SecureContext, TLSSocket } from 'node:tls';
import type { LeafFacts } from './bundle.ts';

export interface HandshakeOptions {
  /** The name asked for (SNI, RFC 6066) and, with `roots`, verified. */
  readonly name: string;
  /** Roots to trust, PEM; absent: nothing is verified. */
  readonly roots?: readonly string[];
  /** The listener expects a PROXY header of us: we ask for ourselves, for nobody else. */
  readonly proxied?: boolean;
  /** Asks for this path as well, by HTTP/1.1, under this Host; absent: not a byte after the handshake. */
  readonly ask?: { readonly host: string; readonly path: string };
  /** Of all of it, ms. */
  readonly timeoutMs: number;
}

/** PROXY protocol 2, section 2.2: version 2, command LOCAL, no addresses. */
const askingForOurselves = Buffer.from('0d0a0d0a000d0a515549540a20000000', 'hex');

/** What a server showed. */
export interface Handshake {
  readonly leaf: LeafFacts;
  /** Why it would not be believed; undefined: verified, or not asked to be. */
  readonly trouble: string | undefined;
  /** Of the answer to `ask`; undefined: not asked, or no HTTP came back. */
  readonly status?: number;
}

let trustless: SecureContext | undefined;

/** First line of an answer (RFC 9112, section 4). */
const statusLine = /^HTTP\/1\.[01] ([1-5][0-9]{2})[ \r]/;
const mostOfFirstLine = 1024;

/** See `Net.handshake`. */
export async function handshakeWith(
  ip: string,
  port: number,
  options: HandshakeOptions,
): Promise<Handshake | { readonly refused: string }> {
  const [net, { connect, createSecureContext }, { readCertificate }] = await Promise.all([
    import('node:net'),
    import('node:tls'),
    import('./bundle.ts'),
  ]);
  return new Promise((resolve) => {
    const { ask, name, proxied = false, roots, timeoutMs } = options;
    let seenSoFar: Handshake | undefined;
    // Without roots nothing is verified: one context does for all of those.
    trustless ??= createSecureContext();
    const trust = roots === undefined ? { secureContext: trustless } : { ca: [...roots] };
    const below = net.connect({ host: ip, port });
    if (proxied) below.write(askingForOurselves);
    const socket: TLSSocket = connect({ socket: below, servername: name, rejectUnauthorized: false, ...trust });
    const settle = (answer: Handshake | { refused: string }) => {
      clearTimeout(timer);
      socket.removeAllListeners();
      socket.on('error', () => undefined);
      socket.destroy();
      below.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => settle(seenSoFar ?? { refused: `no answer within ${timeoutMs} ms` }), timeoutMs);
    socket.on('secureConnect', () => {
      const seen = socket.getPeerCertificate().raw as Buffer | undefined;
      if (seen === undefined) return settle({ refused: 'no certificate was shown' });
      const pem = `-----BEGIN CERTIFICATE-----\n${seen.toString('base64')}\n-----END CERTIFICATE-----\n`;
      const trouble = roots === undefined || socket.authorized ? undefined : String(socket.authorizationError);
      const shown: Handshake = { leaf: readCertificate(pem), trouble };
      seenSoFar = shown;
      if (ask === undefined) return settle(shown);
      socket.write(`GET ${ask.path} HTTP/1.1\r\nHost: ${ask.host}\r\nConnection: close\r\n\r\n`);
      let said = '';
      socket.on('data', (chunk: Buffer) => {
        said += chunk.toString('latin1');
        const status = statusLine.exec(said)?.[1];
        if (status !== undefined) settle({ ...shown, status: Number(status) });
        else if (said.length > mostOfFirstLine) settle(shown);
      });
    });
    for (const one of [below, socket]) one.on('error', (error) => settle(seenSoFar ?? { refused: error.message }));
    socket.on('close', () => settle(seenSoFar ?? { refused: 'closed before the handshake ended' }));
  });
}
