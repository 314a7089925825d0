import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { askSocket } from './ask.ts';
import { connectTo } from './connect.ts';
import { isShowOnly } from './show.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function serve(onSocket: (socket: Socket) => void, path?: string): Promise<number> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onSocket(socket);
  });
  await new Promise<void>((resolve) =>
    path === undefined ? server.listen(0, '127.0.0.1', resolve) : server.listen(path, resolve),
  );
  cleanups.push(
    () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(resolve);
      }),
  );
  return path === undefined ? (server.address() as AddressInfo).port : 0;
}

describe('connectTo', () => {
  const look = { timeoutMs: 500, stayMs: 100 };

  test.each<[string, (socket: Socket) => void]>([
    ['open', () => undefined],
    ['answered', (socket) => socket.write('220 hello')],
    ['closed', (socket) => socket.end()],
    ['closed', (socket) => socket.resetAndDestroy()],
  ])('%s', async (verdict, onSocket) => {
    expect(await connectTo('127.0.0.1', await serve(onSocket), look)).toBe(verdict);
  });

  test('refused, and an address that is nowhere', async () => {
    expect(await connectTo('127.0.0.1', 1, look)).toBe('refused');
    expect(await connectTo('255.255.255.255', 9, look)).toBe('unreachable');
  });

  test('timeout: nobody accepts and the queue is full', async () => {
    const code =
      "const s=require('net').createServer().listen({port:0,host:'127.0.0.1',backlog:1},()=>console.log(s.address().port))";
    const server = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
    cleanups.push(async () => server.kill('SIGKILL'));
    const port = await new Promise<number>((resolve) => server.stdout.once('data', (text) => resolve(Number(text))));
    server.kill('SIGSTOP');
    const verdicts = await Promise.all(
      Array.from({ length: 6 }, () => connectTo('127.0.0.1', port, { timeoutMs: 200, stayMs: 400 })),
    );
    expect([...new Set(verdicts)].sort()).toEqual(['open', 'timeout']);
  });
});

describe('askSocket', () => {
  test('one text, the whole answer', async () => {
    const dir = await mkdtemp('/tmp/host-ask-');
    cleanups.push(() => rm(dir, { recursive: true }));
    await serve((socket) => socket.on('data', (text) => socket.end(`said ${text}`)), `${dir}/s`);
    expect(await askSocket(`${dir}/s`, 'show info', { timeoutMs: 500 })).toBe('said show info\n');
    await expect(askSocket(`${dir}/s`, 'x'.repeat(100), { timeoutMs: 500, maxBytes: 10 })).rejects.toMatchObject({
      code: 'SOCKET_TOO_MUCH',
    });
    await expect(askSocket(`${dir}/none`, 'x', { timeoutMs: 500 })).rejects.toMatchObject({ code: 'SOCKET_FAILED' });
  });

  test('nobody answers, or breaks off', async () => {
    const dir = await mkdtemp('/tmp/host-ask-');
    cleanups.push(() => rm(dir, { recursive: true }));
    await serve(() => undefined, `${dir}/mute`);
    await serve((socket) => socket.on('data', () => socket.destroy()), `${dir}/cut`);
    await expect(askSocket(`${dir}/mute`, 'show info', { timeoutMs: 50 })).rejects.toMatchObject({
      code: 'SOCKET_TIMEOUT',
    });
    expect(await askSocket(`${dir}/cut`, 'show info', { timeoutMs: 500 }).catch(() => '')).toBe('');
  });
});

describe('isShowOnly', () => {
  test.each([
    'show info',
    'show map #1; show servers state',
    'show stat\nshow info\n',
    '@1 show proc',
    '@!42 show info',
    'prompt\nshow info\nshow stat\nquit\n',
  ])('%s', (text) => {
    expect(isShowOnly(text)).toBe(true);
  });
  test.each([
    '',
    'set server a/b state maint',
    'show info; disable server a/b',
    'show info\nshutdown sessions',
    'reload',
    'show info;',
    '@1 reload',
    'showcase',
    'prompt x',
    'quit now; reload',
    'add map #1 <<\nshow x',
    'show info\\;reload',
  ])('not: %j', (text) => {
    expect(isShowOnly(text)).toBe(false);
  });
});
