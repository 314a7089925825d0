import { type AddressInfo, createServer, type Socket } from 'node:net';
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
