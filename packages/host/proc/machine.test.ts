import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { machineProcesses } from './machine.ts';
import { establishedTo, listeningSockets } from './machine-sockets.ts';
import { parseStartTicks } from './stat.ts';

async function listener(host: string): Promise<{ port: number; close: () => Promise<void> }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

test('start time: the same for one process, none for a dead one or a zombie', async () => {
  const ticks = await machineProcesses.startTicks(process.pid);
  expect(ticks).toBeGreaterThan(0);
  expect(await machineProcesses.startTicks(process.pid)).toBe(ticks);
  expect(await machineProcesses.startTicks(2 ** 30)).toBeUndefined();
  const rest = Array.from({ length: 20 }, (_, i) => i).join(' ');
  expect(parseStartTicks(`7 (a) S) x R ${rest}`)).toBeUndefined();
  expect(parseStartTicks(`7 (a) S) S ${rest}`)).toBe(18);
  expect(parseStartTicks(`7 (a) Z ${rest}`)).toBeUndefined();
});

test('who listens, inside and outside, own and everybody', async () => {
  const mine = await listener('127.0.0.1');
  const code = "const s=require('net').createServer().listen(0,'0.0.0.0',()=>console.log(s.address().port))";
  const other = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const theirs = await new Promise<number>((resolve) => other.stdout.once('data', (text) => resolve(Number(text))));
    const all = await machineProcesses.listens(process.pid, theirs, { own: false });
    expect(all).toMatchObject({ outside: true, loopback: false });
    expect(all?.ports).toEqual(expect.arrayContaining([mine.port, theirs]));
    // The other one is our child, so its socket is among ours; ours is not among its.
    expect(await machineProcesses.listens(process.pid, theirs, { own: true })).toMatchObject({ outside: true });
    expect(await machineProcesses.listens(other.pid!, mine.port, { own: true })).toEqual({
      outside: false,
      loopback: false,
      ports: [theirs],
    });
    expect(await machineProcesses.listens(process.pid, mine.port, { own: true })).toMatchObject({
      outside: false,
      loopback: true,
    });
    const busy = await listeningSockets();
    expect(busy).toContainEqual({ protocol: 'tcp', ip: '127.0.0.1', port: mine.port });
    expect(busy).toContainEqual({ protocol: 'tcp', ip: '0.0.0.0', port: theirs });
  } finally {
    other.kill('SIGKILL');
    await mine.close();
  }
});

test('nobody there', async () => {
  expect(await machineProcesses.listens(2 ** 30, 80, { own: false })).toBeUndefined();
  expect(await machineProcesses.listens(2 ** 30, 80, { own: true })).toBeUndefined();
});

test('counts open connections at their local end only', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  expect(await establishedTo([port])).toBe(0);
  const clients = await Promise.all(
    [1, 2, 3].map(
      () =>
        new Promise<ReturnType<typeof connect>>((resolve) => {
          const socket = connect(port, '127.0.0.1', () => resolve(socket));
        }),
    ),
  );
  await new Promise<void>((resolve) => setImmediate(resolve));
  expect(await establishedTo([port, 1])).toBe(3);
  for (const client of clients) client.destroy();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  expect(await establishedTo([port])).toBe(0);
});

test('boot id and uid', async () => {
  expect(await machineProcesses.bootId()).toMatch(/^[0-9a-f-]{36}$/);
  const counted = Number(readFileSync('/proc/uptime', 'latin1').split(' ')[0]) * 1000;
  expect(Math.abs(machineProcesses.upMs() - counted)).toBeLessThan(1000);
  expect(machineProcesses.uid()).toBe(process.getuid?.());
});
