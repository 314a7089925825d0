import { createServer, type Server, type Socket } from 'node:net';
import { isFleetError } from '@reconcile/core';
import { afterEach, expect, test } from 'vitest';
import { createReadHost } from '../reading/host.ts';
import { createHost } from '../writing/host.ts';

const query = Uint8Array.from([0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
const update = Uint8Array.from([0, 1, 0x28, 0, 0, 0, 0, 0, 0, 0, 0, 0]);

let server: Server | undefined;
const sockets = new Set<Socket>();
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
  server = undefined;
});

/** A server that does one thing with each connection. */
async function serve(answer: (socket: Socket) => void): Promise<{ ip: string; port: number }> {
  const made = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => answer(socket));
  });
  server = made;
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  return { ip: '127.0.0.1', port: (made.address() as { port: number }).port };
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => (isFleetError(error) ? error.code : error),
  );
const ask = (to: { ip: string; port: number }, more: object = {}) =>
  createHost().net.dns({ server: to, message: query, timeoutMs: 2000, isLast: () => true, ...more });

test('answers that come in pieces are put together, until the last one', async () => {
  const to = await serve((socket) => {
    for (const byte of [0, 1, 65, 0, 2, 66, 67]) socket.write(Uint8Array.from([byte]));
  });
  const isLast = (answer: Uint8Array) => answer[0] === 66;
  expect(await ask(to, { isLast })).toEqual([Uint8Array.from([65]), Uint8Array.from([66, 67])]);
});

test.each([
  ['nobody listens', undefined, 'DNS_FAILED', {}],
  ['it closes too early', (socket: Socket) => socket.end(Uint8Array.from([0, 9, 1])), 'DNS_FAILED', {}],
  ['it is silent', () => undefined, 'DNS_TIMEOUT', { timeoutMs: 60 }],
  [
    'it never ends',
    (socket: Socket) => socket.write(new Uint8Array(4000)),
    'DNS_TOO_MUCH',
    { maxBytes: 100, isLast: () => false },
  ],
  ['we were stopped', () => undefined, 'DNS_CANCELLED', { signal: AbortSignal.abort() }],
])('%s', async (_name, answer, code, more) => {
  const to = answer === undefined ? { ip: '127.0.0.1', port: 1 } : await serve(answer);
  expect(await codeOf(ask(to, more))).toBe(code);
});

test('who only looks sends no update', async () => {
  const to = { ip: '127.0.0.1', port: 1 };
  const send = (message: Uint8Array) =>
    codeOf(createReadHost().net.dns({ server: to, message, timeoutMs: 500, isLast: () => true }));
  expect(await send(update)).toBe('DNS_NOT_READING');
  expect(await send(new Uint8Array(0))).toBe('DNS_NOT_READING');
  expect(await send(query)).toBe('DNS_FAILED');
});
