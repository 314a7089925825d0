import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { fail } from '../errors.ts';
import type { Answers } from './answers.ts';
import { endServer, makeServer } from './serve.ts';

/** PEM: what we show, and whose certificates we believe. */
export interface TlsIdentity {
  readonly cert: string;
  readonly key: string;
  readonly clientCa: string;
}

export interface ServeTlsOptions {
  readonly host: string;
  readonly port: number;
  readonly identity: TlsIdentity;
  readonly answerers: Answers;
  /** Somebody was let go before the first question. */
  readonly refused: (of: { readonly address: string; readonly why: string }) => void;
}

export interface TlsServer {
  readonly port: number;
  /** For handshakes from now on. @throws RPC_TLS: what was in force stays */
  renew(identity: TlsIdentity): void;
  close(): Promise<void>;
}

/** Of one connection; each may have as many calls open as grpc-js lets it (serve.ts). */
const mostConnections = 64;
const handshakeMs = 10_000;

/**
 * Answers on an address, with certificates on both ends. We speak TLS ourselves and hand grpc-js what is inside: it can neither
 * change a certificate while it listens, nor tell whom it turned away. @throws RPC_TLS RPC_LISTEN
 */
export async function serveRpcTls({ answerers, host, identity, port, refused }: ServeTlsOptions): Promise<TlsServer> {
  const [library, { createServer }] = await Promise.all([import('../library.ts'), import('node:tls')]);
  const server = makeServer(library, answerers, 'tls');
  const inside = server.createConnectionInjector(library.ServerCredentials.createInsecure());
  const options = {
    minVersion: 'TLSv1.3',
    ALPNProtocols: ['h2'],
    requestCert: true,
    // Looked at below, so that who it was can be told.
    rejectUnauthorized: false,
    handshakeTimeout: handshakeMs,
  } as const;
  const outside = guarded(() => createServer({ ...options, ...contextOf(identity) }));
  outside.maxConnections = mostConnections;
  const open = new Set<TLSSocket>();
  outside.on('secureConnection', (socket) => {
    socket.on('error', () => undefined);
    const why = !socket.authorized
      ? String(socket.authorizationError)
      : socket.alpnProtocol === 'h2'
        ? ''
        : 'no HTTP/2';
    if (why !== '') {
      refused({ address: socket.remoteAddress ?? '', why });
      socket.destroy();
      return;
    }
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    inside.injectConnection(socket);
  });
  outside.on('tlsClientError', (error: NodeJS.ErrnoException, socket) =>
    refused({ address: socket.remoteAddress ?? '', why: error.code ?? 'no handshake' }),
  );
  await new Promise<void>((resolve, reject) => {
    outside.once('error', (cause) => reject(fail('RPC_LISTEN', { message: `listen on ${host}:${port}`, cause })));
    outside.listen({ host, port, exclusive: true }, resolve);
  });
  outside.removeAllListeners('error').on('error', () => undefined);
  return {
    port: (outside.address() as AddressInfo).port,
    renew: (renewed) => guarded(() => outside.setSecureContext(contextOf(renewed))),
    close: async () => {
      const closed = new Promise<void>((resolve) => outside.close(() => resolve()));
      inside.destroy();
      await endServer(server);
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

/** Whether certificate, key and roots fit together. @throws RPC_TLS */
export function checkIdentity(identity: TlsIdentity): void {
  guarded(() => contextOf(identity));
}

/** Node takes an empty text for no certificate at all, and would then answer nobody: files are read while they are written. */
function contextOf({ cert, clientCa, key }: TlsIdentity) {
  new X509Certificate(clientCa);
  if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) {
    throw new Error('the key is not that of the certificate');
  }
  return { cert, key, ca: clientCa, minVersion: 'TLSv1.3' as const };
}

function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw fail('RPC_TLS', {
      message: 'take over the certificate of [api.tls]',
      wanted: 'a certificate, its key and roots, as PEM',
      cause,
    });
  }
}
