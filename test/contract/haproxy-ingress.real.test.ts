import { createServer as createHttp2, connect as http2 } from 'node:http2';
import { connect as connectTcp, createServer, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { TestAuthority } from '@reconcile/testkit/certs';
import {
  freePorts,
  get,
  type HaproxyWorld,
  haproxyWorld,
  listenerActions,
  routeActions,
  selfSigned,
  type WebBackend,
  webBackend,
} from '@reconcile/testkit/proxy';
import { afterEach, beforeEach, expect, test } from 'vitest';

// What a route may ask for besides a name, each seen through a real HAProxy.

let world: HaproxyWorld;
let port: number;
let closing: (() => Promise<unknown> | unknown)[];

beforeEach(async () => {
  [port = 0] = await freePorts(1);
  closing = [];
});
afterEach(async () => {
  await world.close();
  for (const close of closing) await close();
});

async function begin(table: Record<string, unknown> = {}, tls = false): Promise<void> {
  world = await haproxyWorld(table);
  await world.apply(listenerActions(port, { tls }).create);
}

async function backend(...given: Parameters<typeof webBackend>): Promise<WebBackend> {
  const made = await webBackend(...given);
  closing.push(() => made.kill());
  return made;
}

const route = (name: string, given: Partial<Parameters<typeof routeActions>[0]> = {}) =>
  routeActions({ listener: port, hostname: `${name}.example.net`, ...given });
const ask = (name: string, more: Partial<Parameters<typeof get>[0]> = {}) =>
  get({ port, host: `${name}.example.net`, ...more });

test('allow, deny, rate limit, response headers', async () => {
  await begin();
  const { target } = await backend('web');
  const value = `it's 100% "quoted" \\ $HOME %[src] #no [comment]`;
  await world.applyTogether(
    route('open', { headers: { 'X-Odd': value, 'Strict-Transport-Security': 'max-age=1' } }).create([target]),
    route('home', { allow: ['192.0.2.0/24', '2001:db8::/32'] }).create([target]),
    route('local', { allow: Array.from({ length: 90 }, (_, n) => `198.51.100.${n}`).concat('127.0.0.1') }).create([
      target,
    ]),
    route('away', { deny: ['127.0.0.0/8'] }).create([target]),
    route('slow', { rateLimit: 3 }).create([target]),
  );
  const open = await ask('open');
  expect([open.headers['x-odd'], open.headers['strict-transport-security']]).toEqual([value, 'max-age=1']);
  expect((await ask('home')).status).toBe(403);
  expect((await ask('away')).status).toBe(403);
  expect((await ask('local')).status).toBe(200);
  const many = await Promise.all(Array.from({ length: 12 }, () => ask('slow')));
  expect(many.filter(({ status }) => status === 429).length).toBeGreaterThan(3);
  expect(many.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(3);
});

test('TLS to the program: not verified, verified, and a wrong name seen as an error', async () => {
  const own = await selfSigned(['inside.example.net']);
  const { mkdtemp, writeFile } = await import('node:fs/promises');
  const dir = await mkdtemp('/tmp/rct-');
  closing.push(async () => (await import('node:fs/promises')).rm(dir, { recursive: true }));
  await writeFile(`${dir}/ca.pem`, own.cert);
  await begin({ backend_ca: `${dir}/ca.pem` });
  const { target } = await backend('inside', { tls: own });
  const to = (name: string, verify: boolean, serverName: string) =>
    route(name, { backendTls: { verify, serverName } }).create([target]);
  await world.applyTogether(to('any', false, 'other.example.net'), to('right', true, 'inside.example.net'));
  expect((await ask('any')).body).toBe('inside');
  expect((await ask('right')).body).toBe('inside');
  await expect(world.apply(to('wrong', true, 'other.example.net'))).rejects.toThrow(
    /HAPROXY_BACKEND.*inside.example.net/s,
  );
  const plain = await backend('plain');
  const clear = route('clear', { backendTls: { verify: false, serverName: 'clear.example.net' } });
  await expect(world.apply(clear.create([plain.target]))).rejects.toThrow(/HAPROXY_BACKEND/);
  expect((await ask('clear')).status).toBe(404);
  await plain.stop();
  await world.apply(clear.create([plain.target]));
});

/** Reads a PROXY v2 header (haproxy.org, proxy-protocol.txt 2.2) and answers with the address it names. */
async function proxyAware(): Promise<string> {
  const server = createServer((socket: Socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (data) => {
      const isV2 = data.subarray(0, 12).toString('hex') === '0d0a0d0a000d0a515549540a';
      const body = isV2 ? [...data.subarray(16, 20)].join('.') : 'no header';
      socket.end(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  return `127.0.0.1:${(server.address() as { port: number }).port}`;
}

test('PROXY protocol out: the program sees the client', async () => {
  await begin();
  await world.apply(route('web', { proxyProtocol: true }).create([await proxyAware()]));
  expect((await ask('web')).body).toBe('127.0.0.1');
});

test('PROXY protocol in: from known edges only', async () => {
  world = await haproxyWorld();
  const ca = new TestAuthority(world.host, { root: world.root, certificatesDir: world.settings.certificatesDir });
  await ca.sign('web.example.net');
  const { target } = await backend('web');
  const secure = route('web', { mode: 'l7', tls: true, certificate: 'web.example.net' });
  const header = Buffer.from('0d0a0d0a000d0a515549540a2111000cc6336409c0000201303901bb', 'hex');
  const asEdge = async (): Promise<string> => {
    const roots = await ca.root();
    const raw = connectTcp({ host: '127.0.0.1', port, localAddress: '127.0.0.2' });
    return new Promise((resolve) => {
      const refused = () => resolve('refused');
      raw.on('error', refused).on('close', refused);
      raw.setTimeout(8000, () => raw.destroy());
      raw.on('connect', () => {
        raw.write(header);
        const socket = connectTls({ socket: raw, servername: 'web.example.net', ca: roots });
        socket.on('error', refused);
        socket.on('secureConnect', () => socket.write('GET / HTTP/1.1\r\nhost: web.example.net\r\n\r\n'));
        socket.on('data', (data) => {
          const [, client] = /"client":"([^"]+)"/.exec(String(data)) ?? [];
          if (client === undefined) return;
          resolve(client);
          raw.destroy();
        });
      });
    });
  };
  await world.apply(listenerActions(port, { tls: true, edges: ['127.0.0.2'] }).create, secure.create([target]));
  expect(await asEdge()).toBe('198.51.100.9');
  await world.apply(listenerActions(port, { tls: true, edges: ['192.0.2.7'] }).update({ edges: ['192.0.2.7'] }));
  expect((await world.observe()).get(`listener/${port}`)?.state).toMatchObject({ edges: ['192.0.2.7'] });
  expect(await asEdge()).toBe('refused');
  expect((await ask('web', { ca: await ca.root() })).status).toBe(200);
});

test('another node’s proxy: believed by its own root alone, asked by its inner name, told who the client is', async () => {
  world = await haproxyWorld();
  const worker = await haproxyWorld();
  closing.push(() => worker.close());
  const [inner = 0] = await freePorts(1);
  const theirs = new TestAuthority(worker.host, {
    root: worker.root,
    certificatesDir: worker.settings.certificatesDir,
  });
  await theirs.sign('web.svc.example.net');
  const { target } = await backend('web');
  await worker.apply(
    listenerActions(443, { binds: [`127.0.0.1:${inner}`], tls: true, edges: ['127.0.0.1'] }).create,
    routeActions({
      listener: 443,
      hostname: 'web.example.com',
      mode: 'l7',
      tls: true,
      certificate: 'web.svc.example.net',
    }).create([target]),
  );
  const ours = new TestAuthority(world.host, { root: world.root, certificatesDir: world.settings.certificatesDir });
  await ours.sign('web.example.com', 'wrong.example.com');
  await world.host.files.makeDir(`${world.settings.stateDir}/ca`, { mode: 0o700 });
  await world.host.files.write(`${world.settings.stateDir}/ca/rift-1.pem`, await theirs.root(), { mode: 0o600 });
  await world.host.files.write(`${world.settings.stateDir}/ca/rift-2.pem`, await ours.root(), { mode: 0o600 });
  const edge = (hostname: string, ca: string) =>
    routeActions({
      listener: port,
      hostname,
      mode: 'l7',
      tls: true,
      certificate: hostname,
      proxyProtocol: true,
      holdMs: 1000,
      remote: { address: '127.0.0.1', port: inner, serverName: 'web.svc.example.net', ca },
    }).create([`127.0.0.1:${inner}`]);
  await world.apply(listenerActions(port, { tls: true }).create);
  await world.applyTogether(edge('web.example.com', 'ca/rift-1.pem'), edge('wrong.example.com', 'ca/rift-2.pem'));
  const root = await ours.root();
  const answer = await get({ port, host: 'web.example.com', ca: root });
  expect(answer.body).toBe('web');
  expect(JSON.parse(String(answer.headers['x-seen']))).toMatchObject({ host: 'web.example.com', proto: 'https' });
  expect((await get({ port, host: 'wrong.example.com', ca: root })).status).toBe(503);
});

test('gRPC: HTTP/2 on both sides, in the clear to the program', async () => {
  world = await haproxyWorld();
  const ca = new TestAuthority(world.host, { root: world.root, certificatesDir: world.settings.certificatesDir });
  await ca.sign('web.example.net');
  const server = createHttp2();
  server.on('stream', (stream, headers) => {
    stream.respond(
      { ':status': 200, 'content-type': 'application/grpc', 'x-te': String(headers.te) },
      { waitForTrailers: true },
    );
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end('frame');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  const target = `127.0.0.1:${(server.address() as { port: number }).port}`;
  const secure = route('web', { mode: 'l7', tls: true, certificate: 'web.example.net', h2c: true });
  await world.apply(listenerActions(port, { tls: true }).create, secure.create([target]));
  const root = await ca.root();
  const session = http2(`https://web.example.net:${port}`, {
    createConnection: () =>
      connectTls({ host: '127.0.0.1', port, servername: 'web.example.net', ca: root, ALPNProtocols: ['h2'] }),
  });
  closing.unshift(() => session.destroy());
  const request = session.request({
    ':method': 'POST',
    ':path': '/s/m',
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  const status = await new Promise((resolve, reject) => {
    request.on('error', reject);
    session.on('error', reject);
    request.on('trailers', (trailers) => resolve(trailers['grpc-status']));
    request.resume();
    request.end();
  });
  expect(status).toBe('0');
});

test('WebSocket: upgraded over TLS, bytes both ways', async () => {
  world = await haproxyWorld();
  const ca = new TestAuthority(world.host, { root: world.root, certificatesDir: world.settings.certificatesDir });
  await ca.sign('web.example.net');
  const server = (await import('node:http')).createServer();
  server.on('upgrade', (_request, socket: Socket) => {
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n',
    );
    socket.on('data', (data) => socket.end(`echo ${String(data)}`));
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  const target = `127.0.0.1:${(server.address() as { port: number }).port}`;
  const secure = route('web', { mode: 'l7', tls: true, certificate: 'web.example.net' });
  await world.apply(listenerActions(port, { tls: true }).create, secure.create([target]));
  const socket = connectTls({ host: '127.0.0.1', port, servername: 'web.example.net', ca: await ca.root() });
  const said = await new Promise<string>((resolve, reject) => {
    let text = '';
    socket.on('error', reject);
    socket.on('secureConnect', () =>
      socket.write(
        'GET / HTTP/1.1\r\nhost: web.example.net\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
      ),
    );
    socket.on('data', (data) => {
      text += String(data);
      if (text.includes('101') && !text.includes('echo')) socket.write('hello');
    });
    socket.on('close', () => resolve(text));
  });
  expect(said).toContain('echo hello');
});

test('who asks on 80 for a name that is on 443 is sent there; own routes of 80 come first', async () => {
  world = await haproxyWorld();
  const [secure = 0] = await freePorts(1);
  const ca = new TestAuthority(world.host, { root: world.root, certificatesDir: world.settings.certificatesDir });
  await ca.sign('web.example.net');
  const { target } = await backend('web');
  const plain = await backend('plain');
  const web = {
    listener: 443,
    hostname: 'web.example.net',
    tls: true,
    mode: 'l7',
    certificate: 'web.example.net',
  } as const;
  await world.applyTogether(
    listenerActions(80, { binds: [`127.0.0.1:${port}`] }).create,
    listenerActions(443, { binds: [`127.0.0.1:${secure}`], tls: true }).create,
    routeActions(web).create([target]),
    routeActions({ listener: 80, hostname: 'web.example.net', path: '/plain' }).create([plain.target]),
  );
  const sent = await ask('web', { path: '/a?b=c' });
  expect([sent.status, sent.headers.location]).toEqual([308, 'https://web.example.net/a?b=c']);
  expect((await ask('web', { path: '/plain' })).body).toBe('plain');
  expect((await ask('other')).status).toBe(404);
});
