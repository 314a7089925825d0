import { copyFile, writeFile } from 'node:fs/promises';
import { connect as connectHttp2 } from 'node:http2';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { listAudit } from '@reconcile/registry';
import { encodeDocument, type Method, methods, pathOf } from '@reconcile/rpc/wire';
import { freePort } from '@reconcile/testkit/fleet';
import { type Caller, type Credentials, callerOf, makePki, type Pki } from '@reconcile/testkit/grpc';
import { mixedMoment, type ServedAgent, serveAgent } from '@reconcile/testkit/served';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessTable, type Role, roles } from '../access/index.ts';
import { duplexCalls, streamCalls, unaryCalls } from './calls.ts';
import { startRpc } from './start.ts';

/** A busy machine takes its time. */
const patient = { timeout: 10_000 } as const;

let served: ServedAgent;
let pki: Pki;
let serving: { close(): Promise<void> };
let port: number;
let own: Credentials;
const people = new Map<string, Credentials>();
const tokens = new Map<string, string>();
const problems = new Map<string, unknown>();
const callers = new Map<string, Caller>();
let happening: NodeJS.Timeout;

beforeAll(async () => {
  served = await serveAgent(mixedMoment(Date.now()));
  // For those who watch.
  happening = setInterval(() => served.agent.emit({ kind: 'state', phase: 'idle' }), 20);
  pki = await makePki();
  own = await pki.issue('rift.example.net', 'serverAuth');
  for (const name of [...roles, 'held', 'stranger'])
    people.set(name, await pki.issue(`${name}.example.net`, 'clientAuth'));
  for (const role of roles) tokens.set(role, await served.token(role));
  tokens.set('held', await served.token('user', 'notes'));
  port = await freePort();
  serving = await startRpc({
    service: served.agent,
    config: {
      issuers: [],
      api: {
        unix: `${served.socket}.grpc`,
        socketGroup: '',
        http: [],
        hosts: [],
        grpc: [`127.0.0.1:${port}`],
        tls: {
          certFile: own.certFile,
          keyFile: own.keyFile,
          clientCaFile: pki.rootFile,
          clients: [
            ...roles.map((role) => ({ name: `${role}.example.net`, role, services: [] })),
            { name: 'held.example.net', role: 'user', services: ['notes'] },
          ],
        },
      },
    },
    registry: served.registry,
    uid: 1000,
    now: Date.now,
    everyMs: 50,
    problem: (name, error) => (error === undefined ? problems.delete(name) : problems.set(name, error)),
  });
});
afterAll(async () => {
  clearInterval(happening);
  for (const caller of callers.values()) caller.close();
  await serving.close();
  await pki.close();
  await served.close();
});

type Way = 'socket' | 'certificate' | 'token';

/** One connection for each of them: there may be as many as that. */
function as(way: Way, who: string): Caller {
  const known = callers.get(`${way} ${who}`);
  if (known !== undefined) return known;
  const to = way === 'socket' ? `unix:${served.socket}.grpc` : `127.0.0.1:${port}`;
  const shown = { root: pki.root, own: people.get(way === 'token' ? 'stranger' : who) };
  const token = way === 'token' ? tokens.get(who) : undefined;
  const caller = callerOf({ to, ...(way === 'socket' ? {} : shown), token });
  callers.set(`${way} ${who}`, caller);
  return caller;
}

/** One question of each method and rule; every one of them passes its schema. */
const questions: readonly (readonly [Method, unknown])[] = [
  ...(['State', 'Node', 'Services', 'Plan', 'Routes', 'Certificates', 'Records', 'Watch', 'Reload'] as const).map(
    (method) => [method, {}] as const,
  ),
  ['Service', { name: 'notes' }],
  ['Explain', { name: 'notes' }],
  ['History', {}],
  ['History', { name: 'notes' }],
  ['Events', {}],
  ['Events', { name: 'notes' }],
  ['Health', {}],
  ['Health', { slot: 'notes/web' }],
  ['Override', { verb: 'freeze', target: '' }],
  ['Override', { verb: 'thaw', target: '' }],
  ...(['freeze', 'stop', 'thaw', 'start'] as const).map((verb) => ['Override', { verb, target: 'notes' }] as const),
  ['Logs', { name: 'notes' }],
  ['Apply', { order: {}, asks: false }],
  ['Apply', { order: { request: { verb: 'restart', target: 'notes' }, confirm: ['h1'] }, asks: false }],
  ...(['restart', 'retry', 'run'] as const).map(
    (verb) => ['Apply', { order: { request: { verb, target: 'notes' } }, asks: false }] as const,
  ),
  ['Exec', { name: 'notes', argv: ['true'] }],
];
const callOf = (method: Method) => ({ ...unaryCalls, ...streamCalls, ...duplexCalls })[method];
const wishOf = (method: Method, question: unknown) => callOf(method).read(question).wish;
const rank: Readonly<Record<Role | 'anyone', number>> = { anyone: 0, guest: 1, user: 2, admin: 3 };
const refusals = new Set(['NOT_ALLOWED', 'NOT_AUTHENTICATED']);

test('every method is asked, and every rule that is not of HTTP alone', () => {
  expect(new Set(questions.map(([method]) => method))).toEqual(new Set(Object.keys(methods)));
  const rules = new Set(questions.map(([method, question]) => wishOf(method, question).method));
  const ofHttp = ['alive', 'ready', 'describe', 'page', 'login', 'me', 'logout', 'metrics', 'loginLink', 'tokenCreate'];
  ofHttp.push('tokenRevoke', 'tokens', 'audit', 'hook');
  expect(new Set([...rules, ...ofHttp])).toEqual(new Set(Object.keys(accessTable)));
});

describe.each(questions)('%s %j', (method, question) => {
  const { method: name } = wishOf(method, question);
  const rule = accessTable[name];
  const isAllowed = async (way: Way, who: string) => {
    const heard = await as(way, who).call(method, question);
    const code = 'code' in heard ? heard.code : undefined;
    expect(code === undefined || refusals.has(code), `${way} ${who}: ${code}`).toBe(true);
    return code === undefined;
  };

  test('over the socket: its owner, an admin', async () => {
    expect(await isAllowed('socket', '')).toBe(true);
  });
  test.each(['certificate', 'token'] as const)('by %s: every role, and one held to a service', async (way) => {
    for (const role of roles) expect(await isAllowed(way, role), role).toBe(rank[role] >= rank[rule.least]);
    expect(await isAllowed(way, 'held')).toBe(rank.user >= rank[rule.least] && rule.reach === 'service');
  });
  test('a certificate that node.toml does not know, and no token', async () => {
    expect(await as('certificate', 'stranger').call(method, question)).toEqual({ code: 'NOT_AUTHENTICATED' });
  });
});

test('held to one service: not to another, nor by another spelling', async () => {
  for (const name of ['mcr', 'rift:notes', 'notesx'])
    expect(await as('certificate', 'held').call('Service', { name })).toEqual({ code: 'NOT_ALLOWED' });
});

test.each([
  ['Service', {}],
  ['Service', { name: 'notes', more: 1 }],
  ['Apply', { order: { planid: 'typo' }, asks: false }],
  ['Exec', { name: 'notes', argv: [] }],
  ['Exec', { name: 'notes', argv: ['sh'], terminal: { columns: 0, rows: 24, term: 'x' } }],
  ['Logs', 'text'],
] as const)('%s %j is no question: refused before anything is done', async (method, question) => {
  expect(await as('socket', '').call(method, question)).toEqual({ code: 'BAD_QUESTION' });
});

test('what acts is written down with who, how and what; so is what was denied', async () => {
  await as('certificate', 'admin').call('Exec', { name: 'notes', argv: ['ls', '-la'] });
  await as('token', 'user').call('Exec', { name: 'notes', argv: ['id'] });
  const [denied, allowed] = served.registry.read((rows) => listAudit(rows, { limit: 2 }));
  expect(allowed).toMatchObject({
    by: { issuer: 'tls', subject: 'admin.example.net' },
    via: 'grpc',
    method: 'exec',
    target: 'notes',
    args: { argv: ['ls', '-la'], terminal: false },
    outcome: 'allowed',
  });
  expect(denied).toMatchObject({ by: { issuer: 'token' }, method: 'exec', args: { argv: ['id'] }, outcome: 'denied' });
});

describe('the handshake', () => {
  const why = () =>
    served.registry.read((rows) =>
      listAudit(rows, { limit: 50 }).flatMap(({ args, method }) =>
        method === 'handshake' ? [(args as { why: string }).why] : [],
      ),
    );
  test.each([
    ['no certificate', async () => undefined, 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE|UNABLE_TO_GET_ISSUER_CERT'],
    ['one of another authority', async () => foreign(), 'UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO'],
    ['one whose life is over', async () => pki.issue('admin.example.net', 'clientAuth', { ended: true }), 'EXPIRED'],
    ['one for servers', async () => pki.issue('admin.example.net', 'serverAuth'), 'INVALID_PURPOSE|UNSUPPORTED'],
  ])('%s: let go, and written down', async (_what, make, expected) => {
    const caller = callerOf({ to: `127.0.0.1:${port}`, root: pki.root, own: await make() });
    expect(await caller.call('State', {})).toEqual({ code: 'grpc 14' });
    caller.close();
    await expect.poll(() => why().join(' '), patient).toMatch(new RegExp(expected));
  });

  async function foreign(): Promise<Credentials> {
    const other = await makePki();
    return other.issue('admin.example.net', 'clientAuth').finally(other.close);
  }

  test('TLS 1.2 is not spoken', async () => {
    const admin = people.get('admin');
    const ended = new Promise<string>((resolve) => {
      const socket = connectTls({
        host: '127.0.0.1',
        port,
        ca: pki.root,
        ...admin,
        maxVersion: 'TLSv1.2',
        ALPNProtocols: ['h2'],
      });
      socket.once('secureConnect', () => resolve('connected')).once('error', () => resolve('refused'));
    });
    expect(await ended).toBe('refused');
  });

  test('another certificate is taken over while it listens; one that does not fit is told, the old one stays', async () => {
    const shown = () =>
      new Promise<string>((resolve, reject) => {
        const socket: TLSSocket = connectTls(
          { host: '127.0.0.1', port, ca: pki.root, ...people.get('admin'), ALPNProtocols: ['h2'] },
          () => {
            resolve(socket.getPeerCertificate().serialNumber);
            socket.destroy();
          },
        );
        socket.once('error', reject);
      });
    const before = await shown();
    const next = await pki.issue('rift.example.net', 'serverAuth');
    // As a reader finds it that comes while it is written.
    await writeFile(own.certFile, '');
    await expect.poll(() => problems.has('grpc certificates'), patient).toBe(true);
    expect(await shown()).toBe(before);
    await copyFile(next.certFile, own.certFile);
    await expect.poll(() => problems.has('grpc certificates'), patient).toBe(true);
    expect(await shown()).toBe(before);
    await copyFile(next.keyFile, own.keyFile);
    await expect.poll(shown, patient).not.toBe(before);
    expect(problems.size).toBe(0);
    expect(await as('certificate', 'admin').call('State', {})).toHaveProperty('answer');
  });
});

describe('bombs', () => {
  const mebibyte = 1024 * 1024;
  function session() {
    const http2 = connectHttp2(`https://127.0.0.1:${port}`, { ca: pki.root, ...people.get('admin') });
    http2.on('error', () => undefined);
    return http2;
  }
  const headers = (path: string, more = {}) => ({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
    ...more,
  });
  const frame = (bytes: Buffer, mark = 0) => {
    const head = Buffer.from([mark, 0, 0, 0, 0]);
    head.writeUInt32BE(bytes.length, 1);
    return Buffer.concat([head, bytes]);
  };
  const goesOn = async () => expect(await as('certificate', 'guest').call('State', {})).toHaveProperty('answer');

  test.each([
    ['100 MiB in one message', frame(Buffer.alloc(100 * mebibyte, 'a')), {}],
    [
      '128 MiB, compressed',
      frame(gzipSync(Buffer.alloc(128 * mebibyte), { level: 1 }), 1),
      { 'grpc-encoding': 'gzip' },
    ],
  ])('%s: refused, memory stays', async (_what, bytes, more) => {
    const http2 = session();
    const before = process.memoryUsage.rss();
    const stream = http2.request(headers(pathOf('State'), more));
    stream.on('error', () => undefined);
    const status = new Promise<string>((resolve) => {
      stream.once('trailers', (trailers) => resolve(String(trailers['grpc-status'])));
      stream.once('response', (head) => {
        if (head['grpc-status'] !== undefined) resolve(String(head['grpc-status']));
      });
      stream.once('close', () => resolve('closed'));
    });
    stream.resume();
    stream.end(bytes);
    expect(['8', 'closed']).toContain(await status);
    expect(process.memoryUsage.rss() - before).toBeLessThan(128 * mebibyte);
    http2.destroy();
    await goesOn();
  });

  test('a thousand calls at once on one connection, none of them read: the rest is refused, others are answered', async () => {
    const readers = served.agent.readers;
    const http2 = session();
    const question = frame(encodeDocument({}));
    for (let i = 0; i < 1000; i++) {
      const stream = http2.request(headers(pathOf('Watch')));
      stream.on('error', () => undefined);
      stream.write(question);
    }
    const before = process.memoryUsage.rss();
    await goesOn();
    expect(served.agent.readers - readers).toBeLessThanOrEqual(64);
    expect(process.memoryUsage.rss() - before).toBeLessThan(64 * mebibyte);
    http2.destroy();
    await expect.poll(() => served.agent.readers, patient).toBe(readers);
  });

  test('a conversation that says nothing, and connections that never begin to speak', async () => {
    const http2 = session();
    for (let i = 0; i < 64; i++) http2.request(headers(pathOf('Exec'))).on('error', () => undefined);
    await goesOn();
    http2.destroy();
    await goesOn();
  });
});
