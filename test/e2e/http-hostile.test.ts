import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

// Clients that mean harm, or do harm. Whatever they do: memory stays bounded, the next question is answered.

const mebibyte = 1024 * 1024;
const sockets = new Set<Socket>();
let child: ChildProcess;
let port: number;
let token: string;

beforeAll(async () => {
  child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'http-agent.fixture.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout ?? child, 'data')) as [Buffer];
  ({ port, token } = JSON.parse(line.toString()) as { port: number; token: string });
});
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  child.stdin?.end();
});

/** Of the server's process: resident bytes. */
function rss(): number {
  const kib = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1];
  return Number(kib) * 1024;
}

const origin = () => `http://127.0.0.1:${port}`;
const auth = () => ({ authorization: `Bearer ${token}` });

async function answers(withinMs = 2000): Promise<void> {
  const since = performance.now();
  const response = await fetch(`${origin()}/api/v1/status`, { headers: auth(), signal: AbortSignal.timeout(withinMs) });
  expect(response.status).toBe(200);
  await response.arrayBuffer();
  expect(performance.now() - since).toBeLessThan(withinMs);
}

interface Raw {
  readonly socket: Socket;
  /** What came so far. */
  text: string;
  isClosed: boolean;
}

function raw(first: string | Buffer): Raw {
  const socket = connect(port, '127.0.0.1');
  sockets.add(socket);
  const made: Raw = { socket, text: '', isClosed: false };
  socket.on('data', (chunk: Buffer) => {
    if (made.text.length < 4096) made.text += chunk.toString('latin1');
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    made.isClosed = true;
    sockets.delete(socket);
  });
  socket.write(first);
  return made;
}

function takenOrGone(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('drain', resolve);
    socket.once('close', () => resolve());
  });
}

it('a connection on which nothing is asked is closed without a word', async () => {
  const silent = raw('');
  await expect.poll(() => silent.isClosed, { timeout: 30_000, interval: 100 }).toBe(true);
  expect(silent.text).toBe('');
  const garbled = raw('no such thing\r\n\r\n');
  await expect.poll(() => garbled.isClosed, { timeout: 5_000 }).toBe(true);
  expect(garbled.text).toMatch(/^HTTP\/1\.1 400 /);
}, 60_000);

it('five hundred clients that never finish their headers are let go; others are answered meanwhile', async () => {
  const before = rss();
  const slow = Array.from({ length: 500 }, () => raw(`GET /api/v1/status HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: `));
  const drip = setInterval(() => {
    for (const { socket } of slow) if (socket.writable) socket.write('a');
  }, 500);
  try {
    await expect.poll(() => slow.filter(({ socket }) => !socket.connecting).length).toBe(500);
    await answers();
    await expect.poll(() => slow.every(({ isClosed }) => isClosed), { timeout: 30_000, interval: 500 }).toBe(true);
  } finally {
    clearInterval(drip);
  }
  await answers();
  process.stdout.write(`slowloris: memory ${Math.round((rss() - before) / mebibyte)} MiB more\n`);
  expect(rss() - before).toBeLessThan(64 * mebibyte);
}, 60_000);

it('more connections than there may be: the later ones are refused, and it goes on', async () => {
  const many = Array.from({ length: 900 }, () => raw(''));
  await expect
    .poll(() => many.filter(({ isClosed }) => isClosed).length, { timeout: 20_000 })
    .toBeGreaterThanOrEqual(300);
  for (const { socket } of many) socket.destroy();
  await expect.poll(() => many.every(({ isClosed }) => isClosed)).toBe(true);
  await answers();
}, 60_000);

it.each([
  ['with its length told', `Content-Length: ${100 * mebibyte}\r\n`, (chunk: Buffer) => chunk],
  [
    'in chunks',
    'Transfer-Encoding: chunked\r\n',
    (chunk: Buffer) => Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n')]),
  ],
])('100 MiB %s are refused without being read', async (_how, header, frame) => {
  const before = rss();
  let most = before;
  const client = raw(
    `POST /api/v1/apply HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\n${header}\r\n`,
  );
  const chunk = frame(Buffer.alloc(mebibyte, 'a'));
  for (let sent = 0; sent < 100 && !client.isClosed && client.socket.writable; sent++) {
    if (!client.socket.write(chunk)) await takenOrGone(client.socket);
    most = Math.max(most, rss());
  }
  await expect.poll(() => client.isClosed || client.text.includes('413'), { timeout: 10_000 }).toBe(true);
  client.socket.destroy();
  process.stdout.write(
    `100 MiB ${_how}: ${client.text.split('\r\n')[0]}, memory ${Math.round((most - before) / mebibyte)} MiB more\n`,
  );
  expect(most - before).toBeLessThan(32 * mebibyte);
  await answers();
});

it.each([
  ['no HTTP at all', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  ['bytes without a meaning', Buffer.from(Array.from({ length: 4000 }, (_, i) => (i * 7919) % 256))],
  ['100 kB of headers', `GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ${'a'.repeat(100_000)}\r\n\r\n`],
  ['ten thousand headers', `GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n${'a: b\r\n'.repeat(10_000)}\r\n`],
  ['two lengths', 'POST /api/v1/login HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde'],
  [
    'length and chunks',
    'POST /api/v1/login HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  ],
  ['a header with a line break', 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: a\nY: b\r\n\r\n\0'],
  ['a path up', 'GET /../../etc/passwd HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n'],
  ['a path up, hidden', 'GET /..%2f..%2fetc/passwd HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n'],
  ['a broken escape', 'GET /api/v1/services/%ff%zz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n'],
  ['no host', 'GET /api/v1/status HTTP/1.0\r\n\r\n'],
  ['an upgrade', 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'],
  ['a tunnel', 'CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n'],
])('%s: refused or closed, and it goes on', async (_what, bytes) => {
  const client = raw(bytes);
  await expect.poll(() => client.isClosed || client.text !== '', { timeout: 15_000 }).toBe(true);
  client.socket.destroy();
  expect(client.text).not.toMatch(/^HTTP\/1\.[01] (2|5)\d\d.*root:/s);
  expect(client.text.split('\r\n')[0] ?? '').not.toMatch(/ 500 /);
  await answers();
});

it('pollution by JSON reaches nothing', async () => {
  const body = '{"__proto__":{"role":"admin"},"constructor":{"prototype":{"x":1}}}';
  const response = await fetch(`${origin()}/api/v1/tokens`, {
    method: 'POST',
    body,
    headers: { ...auth(), 'content-type': 'application/json' },
  });
  expect(response.status).toBe(400);
  await answers();
});

it('a hundred event streams are served, the next is told to wait; slow readers cost no memory', async () => {
  const before = rss();
  const head = `GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\n\r\n`;
  const streams = Array.from({ length: 100 }, () => raw(head));
  await expect.poll(() => streams.every(({ text }) => text.includes('event: state')), { timeout: 15_000 }).toBe(true);
  // Half of them stop reading.
  for (const { socket } of streams.slice(0, 50)) socket.pause();
  const refused = await fetch(`${origin()}/api/v1/events`, { headers: auth() });
  expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([503, 'TOO_MANY_STREAMS']);
  for (let i = 0; i < 20; i++) await answers();
  const more = rss() - before;
  process.stdout.write(`100 streams: memory ${Math.round(more / mebibyte)} MiB more\n`);
  expect(more).toBeLessThan(48 * mebibyte);
  for (const { socket } of streams) socket.destroy();
  await expect
    .poll(
      async () =>
        (await fetch(`${origin()}/api/v1/events`, { headers: auth(), signal: AbortSignal.timeout(5000) })).status,
    )
    .toBe(200);
  await answers();
}, 60_000);
