import { rm } from 'node:fs/promises';
import type {
  handleServerStreamingCall,
  handleUnaryCall,
  Server,
  ServerDuplexStream,
  ServerWritableStream,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { fail } from '../errors.ts';
import { decodeDocument, encodeDocument } from '../wire/document.ts';
import { type Method, methods, pathOf } from '../wire/methods.ts';
import { errorTrailer, statusOf } from '../wire/status.ts';
import type { Answers } from './answers.ts';
import { clearSocket, closeSocket } from './socket.ts';

type Library = typeof import('../library.ts');

/** Of one question; an order is a few hundred bytes, a changed definition some kilobytes. */
const mostQuestionBytes = 4 * 1024 * 1024;
const mostStreams = 64;
/** What open calls get to end by themselves, ms. */
const farewellMs = 500;

export interface RpcServer {
  /** Ends open calls and removes the socket. */
  close(): Promise<void>;
}

export interface ServeOptions {
  readonly socket: string;
  /** '' = for this user alone. */
  readonly group: string;
  readonly answerers: Answers;
}

/** Answers at a unix socket. @throws RPC_SOCKET */
export async function serveRpc({ group, answerers, socket }: ServeOptions): Promise<RpcServer> {
  const library = await import('../library.ts');
  await clearSocket(socket);
  const server = new library.Server({
    'grpc.max_receive_message_length': mostQuestionBytes,
    'grpc.max_concurrent_streams': mostStreams,
  });
  server.addService(definitions(), implementation(library, answerers));
  try {
    await bind(server, library, socket);
    await closeSocket(socket, group);
  } catch (error) {
    server.forceShutdown();
    throw error;
  }
  return {
    close: async () => {
      const timer = setTimeout(() => server.forceShutdown(), farewellMs);
      await new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
      clearTimeout(timer);
      await rm(socket, { force: true });
    },
  };
}

function bind(server: Server, { ServerCredentials }: Library, socket: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`unix:${socket}`, ServerCredentials.createInsecure(), (cause) => {
      if (cause === null) resolve();
      else reject(fail('RPC_SOCKET', { message: `listen on ${socket}`, key: socket, cause }));
    });
  });
}

function definitions() {
  return Object.fromEntries(
    Object.entries(methods).map(([method, how]) => [
      method,
      {
        path: pathOf(method as Method),
        requestStream: how === 'duplex',
        responseStream: how !== 'unary',
        requestSerialize: encodeDocument,
        responseSerialize: encodeDocument,
        // What cannot be read is refused where it can be answered.
        requestDeserialize: (bytes: Buffer) => bytes,
        responseDeserialize: (bytes: Buffer) => bytes,
      },
    ]),
  );
}

function implementation(library: Library, answerers: Answers): UntypedServiceImplementation {
  const found: UntypedServiceImplementation = {};
  for (const [method, answer] of Object.entries(answerers.unary)) found[method] = unary(library, answer);
  for (const [method, answer] of Object.entries(answerers.stream)) found[method] = stream(library, answer);
  for (const [method, answer] of Object.entries(answerers.duplex)) found[method] = duplex(library, answer);
  return found;
}

function unary(library: Library, answer: Answers['unary'][keyof Answers['unary']]): handleUnaryCall<Buffer, unknown> {
  return (call, done) => {
    const ended = new AbortController();
    call.on('cancelled', () => ended.abort());
    Promise.resolve()
      .then(() => answer(decodeDocument(call.request), { signal: ended.signal }))
      .then(
        (value) => done(null, value ?? null),
        (error: unknown) => done(refusal(library, error)),
      );
  };
}

function stream(
  library: Library,
  answer: Answers['stream'][keyof Answers['stream']],
): handleServerStreamingCall<Buffer, unknown> {
  return (call) => {
    void tell(library, call, (signal) => answer(decodeDocument(call.request), { signal }));
  };
}

function duplex(library: Library, answer: Answers['duplex'][keyof Answers['duplex']]) {
  return (call: ServerDuplexStream<Buffer, unknown>) => {
    const questions = read(call);
    void tell(library, call, (signal) => answer(questions, { signal }));
  };
}

async function* read(call: ServerDuplexStream<Buffer, unknown>): AsyncGenerator<unknown, void, undefined> {
  for await (const bytes of call as AsyncIterable<Buffer>) yield decodeDocument(bytes);
}

type Call = ServerWritableStream<Buffer, unknown> | ServerDuplexStream<Buffer, unknown>;

/** A reader that is slow is waited for: whoever tells bounds what piles up meanwhile. */
async function tell(
  library: Library,
  call: Call,
  answers: (signal: AbortSignal) => AsyncIterable<unknown>,
): Promise<void> {
  const ended = new AbortController();
  call.on('cancelled', () => ended.abort());
  call.on('error', () => ended.abort());
  try {
    for await (const item of answers(ended.signal)) {
      if (ended.signal.aborted) return;
      if (!call.write(item)) await drained(call, ended.signal);
    }
    if (!ended.signal.aborted) call.end();
  } catch (error) {
    if (!ended.signal.aborted) call.emit('error', refusal(library, error));
  } finally {
    ended.abort();
  }
}

function drained(call: Call, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      call.off('drain', go);
      signal.removeEventListener('abort', go);
      resolve();
    };
    call.once('drain', go);
    signal.addEventListener('abort', go, { once: true });
  });
}

function refusal({ Metadata }: Library, error: unknown) {
  const { code, details, trailer } = statusOf(error);
  const metadata = new Metadata();
  metadata.set(errorTrailer, trailer);
  return Object.assign(new Error(details), { code, details, metadata });
}
