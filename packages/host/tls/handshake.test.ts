import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { selfSigned } from '@reconcile/testkit/proxy';
import { afterEach, expect, test } from 'vitest';
import { handshakeWith } from './handshake.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

/** What is sent to a listener that takes it and hangs up. */
async function firstBytes(proxied: boolean): Promise<{ sent: Buffer; answer: unknown }> {
  let sent = Buffer.alloc(0);
  const server = createServer((socket: Socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      sent = Buffer.concat([sent, chunk]);
      if (sent.length > 100) socket.destroy();
    });
  });
  cleanups.push(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const answer = await handshakeWith('127.0.0.1', port, { name: 'web.example.net', proxied, timeoutMs: 5000 });
  return { sent, answer };
}

const clientHello = '1603';

test('a listener behind PROXY protocol hears first that we ask for ourselves', async () => {
  const { answer, sent } = await firstBytes(true);
  expect(sent.subarray(0, 12).toString('latin1')).toBe('\r\n\r\n\0\r\nQUIT\n');
  expect(sent.subarray(12, 16).toString('hex')).toBe('20000000');
  expect(sent.subarray(16, 18).toString('hex')).toBe(clientHello);
  expect(answer).toEqual({ refused: expect.any(String) });
});

test('any other hears TLS alone', async () => {
  const { sent } = await firstBytes(false);
  expect(sent.subarray(0, 2).toString('hex')).toBe(clientHello);
  expect(sent.includes('web.example.net')).toBe(true);
});

test('nobody there is an answer, not an error', async () => {
  const answer = await handshakeWith('127.0.0.1', 1, { name: 'web.example.net', timeoutMs: 500 });
  expect(answer).toEqual({ refused: expect.stringContaining('ECONNREFUSED') });
});

test('asked for a path, it sends one request after the handshake and gives the status, or none', async () => {
  const { cert, key } = await selfSigned(['web.example.net']);
  for (const [says, status] of [
    ['HTTP/1.1 404 Not Found\r\n\r\n', 404],
    ['SSH-2.0-x\r\n', undefined],
  ] as const) {
    let sent = '';
    const server = createTlsServer({ cert, key }, (socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (chunk: Buffer) => {
        sent += chunk.toString();
        socket.end(says);
      });
    });
    cleanups.push(() => server.close());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const ask = { host: 'web.example.net', path: '/healthz' };
    const shown = await handshakeWith('127.0.0.1', port, { name: 'web.example.net', ask, timeoutMs: 5000 });
    expect(shown).toMatchObject({ leaf: { names: ['web.example.net'] } });
    expect('status' in shown ? shown.status : undefined).toBe(status);
    expect(sent).toBe('GET /healthz HTTP/1.1\r\nHost: web.example.net\r\nConnection: close\r\n\r\n');
  }
});
