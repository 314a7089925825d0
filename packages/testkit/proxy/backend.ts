import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';

/** A small server that answers with its name and what it was asked. */
export interface WebBackend {
  readonly port: number;
  readonly target: string;
  /** Requests answered so far. */
  served(): number;
  /** Lets running answers finish, then nobody listens. */
  stop(): Promise<void>;
  /** Nobody listens and every connection is cut. */
  kill(): Promise<void>;
  start(): Promise<void>;
}

interface BackendOptions {
  readonly port?: number;
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** `GET /slow?ms=500` waits before it answers; the header `x-seen` of any answer holds what arrived, as JSON. */
export async function webBackend(name: string, options: BackendOptions = {}): Promise<WebBackend> {
  let port = options.port ?? 0;
  let served = 0;
  let server: Server | undefined;
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    served++;
    const url = new URL(request.url ?? '/', 'http://backend');
    const { host } = request.headers;
    const { 'x-forwarded-for': client, 'x-forwarded-proto': proto } = request.headers;
    // A kept connection must not outlive a stop: behind an l4 route the client decides when it asks again.
    if (server === undefined) response.setHeader('connection', 'close');
    response.setHeader('x-seen', JSON.stringify({ host, path: url.pathname, client, proto }));
    setTimeout(() => response.end(name), Number(url.searchParams.get('ms') ?? 0));
  };
  const start = async () => {
    const made = options.tls === undefined ? createServer(answer) : (createTlsServer(options.tls, answer) as Server);
    made.keepAliveTimeout = 60_000;
    await new Promise<void>((resolve, reject) => {
      made.once('error', reject);
      made.listen(port, '127.0.0.1', resolve);
    });
    port = (made.address() as { port: number }).port;
    server = made;
  };
  const end = async (cut: boolean) => {
    const ending = server;
    server = undefined;
    if (ending === undefined) return;
    const closed = new Promise((resolve) => ending.close(resolve));
    if (cut) ending.closeAllConnections();
    else ending.closeIdleConnections();
    await closed;
  };
  await start();
  return {
    port,
    target: `127.0.0.1:${port}`,
    served: () => served,
    stop: () => end(false),
    kill: () => end(true),
    start,
  };
}

/** A key and a self-signed certificate for some names, by openssl. */
export async function selfSigned(names: readonly string[]): Promise<{ key: string; cert: string }> {
  const dir = await mkdtemp(`${tmpdir()}/rct-`);
  try {
    await promisify(execFile)('openssl', [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
      ...['-subj', `/CN=${names[0] ?? ''}`, '-addext', `subjectAltName=${names.map((name) => `DNS:${name}`).join()}`],
      ...['-keyout', `${dir}/key.pem`, '-out', `${dir}/cert.pem`],
    ]);
    return { key: await readFile(`${dir}/key.pem`, 'utf8'), cert: await readFile(`${dir}/cert.pem`, 'utf8') };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
