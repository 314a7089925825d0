import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex, PassThrough } from 'node:stream';
import { FleetError, isFleetError } from '@reconcile/core';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { connectRpc, connectRpcOver, type RpcClient } from './client/index.ts';
import { type Answers, type RpcServer, serveRpc } from './server/index.ts';
import { decodeDocument, encodeDocument, methods, service } from './wire/index.ts';

let dir: string;
let socket: string;
let server: RpcServer | undefined;
let client: RpcClient | undefined;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'rpc-'));
  socket = join(dir, 'api.sock');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  client?.close();
  await server?.close();
  server = undefined;
  client = undefined;
  rmSync(dir, { recursive: true, force: true });
});

const signal = () => new AbortController().signal;
const refuse = async () => Promise.reject(new Error('not asked in this test'));

function answerers(some: {
  readonly unary?: Partial<Answers['unary']>;
  readonly stream?: Partial<Answers['stream']>;
  readonly duplex?: Partial<Answers['duplex']>;
}): Answers {
  const unary = Object.fromEntries(
    Object.entries(methods).flatMap(([name, how]) => (how === 'unary' ? [[name, refuse]] : [])),
  ) as unknown as Answers['unary'];
  const none = async function* () {};
  return {
    unary: { ...unary, ...some.unary },
    stream: { Watch: none, Logs: none, ...some.stream },
    duplex: { Apply: none, Exec: none, ...some.duplex },
  };
}

async function start(some: Parameters<typeof answerers>[0]): Promise<RpcClient> {
  server = await serveRpc({ socket, group: '', answerers: answerers(some) });
  client = await connectRpc(socket);
  return client;
}

test('methods are those of the .proto file, each with its kind', () => {
  const proto = readFileSync(join(import.meta.dirname, 'proto/agent.proto'), 'utf8');
  expect(proto).toContain(`package ${service.slice(0, service.lastIndexOf('.'))};`);
  const found = [...proto.matchAll(/rpc (\w+)\((stream )?Document\) returns \((stream )?Document\)/g)].map(
    ([, name, asks, answers]) => [name, asks !== undefined ? 'duplex' : answers !== undefined ? 'stream' : 'unary'],
  );
  expect(Object.fromEntries(found)).toEqual(methods);
});

test('documents go both ways whole, and garbage is named as such', () => {
  const value = { a: ['ü', 1.5, null, { b: 'x'.repeat(70_000) }] };
  expect(decodeDocument(encodeDocument(value))).toEqual(value);
  expect(decodeDocument(encodeDocument(undefined))).toBe(null);
  // A field of a later release is skipped.
  expect(decodeDocument(Buffer.concat([Buffer.from([0x1a, 2, 0, 0]), encodeDocument(7)]))).toBe(7);
  const broken = [Buffer.from([0x12, 200, 1]), Buffer.from([0x12, 1, 0x7b]), Buffer.from([0xff]), Buffer.from([8, 9])];
  for (const bytes of broken)
    expect(() => decodeDocument(bytes)).toThrow(expect.objectContaining({ code: 'RPC_GARBLED' }));
});

test('a question is answered; an error comes as it was thrown, with hint and causes', async () => {
  const cause = new FleetError('RUN_FAILED', 'backoff', { message: 'podman', cause: new Error('no such file') });
  const asked = await start({
    unary: {
      State: async (question) => ({ got: question }),
      Node: async () => {
        throw new FleetError('NO_SERVICE', 'on-change', {
          message: 'find wbe',
          wanted: 'web',
          hint: 'reconcile ps',
          cause,
        });
      },
    },
  });
  const of = { timeoutMs: 5000, signal: signal() };
  expect(await asked.ask('State', { a: 1 }, of)).toEqual({ got: { a: 1 } });
  const error = await asked.ask('Node', {}, of).catch((thrown: unknown) => thrown);
  expect(isFleetError(error)).toBe(true);
  expect(error).toMatchObject({ code: 'NO_SERVICE', retry: 'on-change', wanted: 'web', hint: 'reconcile ps' });
  expect((error as Error).cause).toMatchObject({ code: 'RUN_FAILED', cause: { message: 'no such file' } });
  await expect(asked.ask('Plan', {}, of)).rejects.toMatchObject({
    code: 'UNEXPECTED',
    message: 'not asked in this test',
  });
});

test('a slow answer ends at its deadline, and the answerer is told', async () => {
  let hasEnded = false;
  const asked = await start({
    unary: {
      State: (_question, { signal: ended }) =>
        new Promise((resolve) =>
          ended.addEventListener('abort', () => {
            hasEnded = true;
            resolve(undefined);
          }),
        ),
    },
  });
  await expect(asked.ask('State', {}, { timeoutMs: 100, signal: signal() })).rejects.toMatchObject({
    code: 'RPC_TIMEOUT',
  });
  await expect.poll(() => hasEnded).toBe(true);
});

test('a stream goes on until the caller ends it, and piles nothing up for a slow one', async () => {
  let told = 0;
  let isOver = false;
  const asked = await start({
    stream: {
      async *Watch() {
        try {
          for (;;) yield { n: told++, fill: 'x'.repeat(10_000) };
        } finally {
          isOver = true;
        }
      },
    },
  });
  const end = new AbortController();
  const seen: number[] = [];
  for await (const item of asked.follow('Watch', {}, end.signal)) {
    seen.push((item as { n: number }).n);
    if (seen.length === 3) break;
  }
  expect(seen).toEqual([0, 1, 2]);
  await expect.poll(() => isOver).toBe(true);
  // Windows and buffers of both ends, and not more.
  expect(told).toBeLessThan(500);
  end.abort();
});

test('a conversation: what is asked back is answered', async () => {
  const asked = await start({
    duplex: {
      async *Apply(questions) {
        const { value: order } = await questions.next();
        yield { ask: order };
        const { value: answer } = await questions.next();
        yield { done: answer };
      },
    },
  });
  const talk = asked.converse('Apply', signal());
  await talk.say({ scope: 'web' });
  const heard: unknown[] = [];
  for await (const item of talk.answers) {
    heard.push(item);
    if (heard.length === 1) await talk.say({ approved: true });
  }
  expect(heard).toEqual([{ ask: { scope: 'web' } }, { done: { approved: true } }]);
});

test('who has nothing more to ask hears the answers all the same', async () => {
  const asked = await start({
    duplex: {
      async *Exec(questions) {
        let count = 0;
        while ((await questions.next()).done !== true) count++;
        yield { asked: count };
      },
    },
  });
  const talk = asked.converse('Exec', signal());
  for (let i = 0; i < 3; i++) await talk.say({ i });
  talk.end();
  const heard: unknown[] = [];
  for await (const item of talk.answers) heard.push(item);
  expect(heard).toEqual([{ asked: 3 }]);
});

test('the socket is for its owner alone, and gone with the server', async () => {
  await start({});
  expect(statSync(socket).mode & 0o777).toBe(0o600);
  await server?.close();
  server = undefined;
  expect(() => statSync(socket)).toThrow('ENOENT');
  const late = await connectRpc(socket);
  await expect(late.ask('State', {}, { timeoutMs: 2000, signal: signal() })).rejects.toMatchObject({
    code: 'RPC_UNREACHABLE',
  });
  late.close();
});

test('a socket at which somebody answers is left alone, and so is anything else', async () => {
  const dead = createServer();
  await new Promise<void>((resolve) => dead.listen(socket, resolve));
  await expect(serveRpc({ socket, group: '', answerers: answerers({}) })).rejects.toMatchObject({
    code: 'RPC_SOCKET',
    actual: 'somebody answers there',
  });
  await new Promise((resolve) => dead.close(resolve));
  writeFileSync(socket, '');
  await expect(serveRpc({ socket, group: '', answerers: answerers({}) })).rejects.toMatchObject({ code: 'RPC_SOCKET' });
});

test('over a stream: calls at once, its end, and no trace in the file system', async () => {
  vi.stubEnv('TMPDIR', dir);
  await start({
    unary: { State: async () => ({ node: 'rift' }) },
    stream: {
      async *Watch() {
        for (;;) yield {};
      },
    },
  });
  const stream = connect(socket);
  const over = await connectRpcOver(stream);
  try {
    const ask = () => over.ask('State', {}, { timeoutMs: 5000, signal: signal() });
    expect(await Promise.all([ask(), ask(), ask()])).toEqual(Array(3).fill({ node: 'rift' }));
    await expect.poll(() => readdirSync(dir)).toEqual(['api.sock']);
    stream.destroy();
    await expect(ask()).rejects.toMatchObject({ code: 'RPC_UNREACHABLE' });
  } finally {
    over.close();
  }
  expect(stream.destroyed).toBe(true);
});

test('over a stream that is gone, before or after the connection is made: heard at once', async () => {
  await start({ unary: { State: async () => ({}) } });
  const of = { timeoutMs: 20_000, signal: signal() };
  const early = connect(socket);
  early.destroy();
  const never = await connectRpcOver(early);
  await expect(never.ask('State', {}, of)).rejects.toMatchObject({ code: 'RPC_UNREACHABLE' });
  never.close();
  const stream = connect(socket);
  const late = await connectRpcOver(stream);
  const asked = late.ask('State', {}, of);
  stream.destroy();
  await expect(asked).rejects.toMatchObject({ code: 'RPC_UNREACHABLE' });
  late.close();
}, 5000);

test('over a stream into which somebody else writes: what it said', async () => {
  const [there, back] = [new PassThrough(), new PassThrough()];
  const over = await connectRpcOver(Duplex.from({ readable: back, writable: there }));
  back.write('Welcome to rift!\n');
  await expect(over.ask('State', {}, { timeoutMs: 5000, signal: signal() })).rejects.toMatchObject({
    code: 'RPC_UNREACHABLE',
  });
  expect(over.garbage()).toBe('Welcome to rift!\n');
  over.close();
});
