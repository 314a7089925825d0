import type { PeerCertificate } from 'node:tls';
import type {
  ChannelCredentials,
  ChannelOptions,
  Client,
  ClientDuplexStream,
  ClientReadableStream,
  ServiceError,
} from '@grpc/grpc-js';
import { fail } from '../errors.ts';
import { decodeDocument, encodeDocument } from '../wire/document.ts';
import { type DuplexMethod, type Method, pathOf, type StreamMethod, type UnaryMethod } from '../wire/methods.ts';
import { errorOf, errorTrailer } from '../wire/status.ts';

/** Documents of a node with a thousand services are some megabytes. */
const mostAnswerBytes = 64 * 1024 * 1024;

/** One connection to a running agent. Values are plain JSON; errors are what the agent threw, or RPC_*. */
export interface RpcClient {
  readonly socket: string;
  /** Somebody answers; an agent that has just begun gets a moment. @throws RPC_UNREACHABLE */
  ready(timeoutMs: number): Promise<void>;
  ask(method: UnaryMethod, question: unknown, of: { timeoutMs: number; signal: AbortSignal }): Promise<unknown>;
  follow(method: StreamMethod, question: unknown, signal: AbortSignal): AsyncIterable<unknown>;
  converse(method: DuplexMethod, signal: AbortSignal): Conversation;
  close(): void;
}

export interface Conversation {
  readonly answers: AsyncIterable<unknown>;
  /** Resolves once there is room for more: who says a lot waits for it. */
  say(question: unknown): Promise<void>;
  /** Nothing more will be said. */
  end(): void;
}

/** An agent at an address of its own: both ends show a certificate. PEM. */
export interface RpcAddress {
  /** `100.64.0.1:9778`, `[2001:db8::1]:9778`, `rift.example.net:9778`. */
  readonly address: string;
  /** Whose certificates are believed. */
  readonly root: string;
  readonly cert: string;
  readonly key: string;
  /** Name that its certificate has to have; absent: the host of the address. */
  readonly name?: string;
}

/** A machine that is gone says nothing: who follows it asks now and then whether it is there, ms. */
const aliveEveryMs = 15_000;
const aliveWithinMs = 15_000;

/** Asked for where the agent has an address alone: TLS sends no address as a name (RFC 6066, 3). */
const namelessServer = 'address.invalid';

/** Connects at the first call: to the path of a unix socket, or to an address. @throws RPC_TLS */
export async function connectRpc(to: string | RpcAddress): Promise<RpcClient> {
  const { Client } = await import('../library.ts');
  const socket = typeof to === 'string' ? to : to.address;
  const client = new Client(...(await targetOf(to)));
  return {
    socket,
    ready: (timeoutMs) =>
      new Promise((resolve, reject) => {
        client.waitForReady(Date.now() + timeoutMs, (cause) => {
          if (cause === undefined) resolve();
          else
            reject(
              fail('RPC_UNREACHABLE', {
                message: `reach the agent at ${socket}`,
                key: socket,
                hint: 'reconcile doctor; does its process hang?',
                cause,
              }),
            );
        });
      }),
    ask: (method, question, of) => ask({ client, socket, method }, question, of),
    follow: (method, question, signal) => {
      const call = client.makeServerStreamRequest(pathOf(method), encodeDocument, (body) => body, question);
      return answersOf(call, { socket, method, signal });
    },
    converse: (method, signal) => {
      const call = client.makeBidiStreamRequest<unknown, Buffer>(pathOf(method), encodeDocument, (body) => body);
      return {
        answers: answersOf(call, { socket, method, signal }),
        say: (question) => said(call, question),
        end: () => void call.end(),
      };
    },
    close: () => client.close(),
  };
}

async function targetOf(to: string | RpcAddress): Promise<[string, ChannelCredentials, ChannelOptions]> {
  const { credentials } = await import('../library.ts');
  const options = {
    'grpc.max_receive_message_length': mostAnswerBytes,
    'grpc.enable_retries': 0,
    'grpc.use_local_subchannel_pool': 1,
  };
  if (typeof to === 'string')
    return [`unix:${to}`, credentials.createInsecure(), { ...options, 'grpc.default_authority': 'localhost' }];
  const [{ checkServerIdentity, createSecureContext }, { isIP }] = await Promise.all([
    import('node:tls'),
    import('node:net'),
  ]);
  const { address, cert, key, name, root } = to;
  try {
    const context = createSecureContext({ ca: root, cert, key, minVersion: 'TLSv1.3' });
    const host = name ?? address.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
    const shown = isIP(host) === 0 ? host : namelessServer;
    const verify = { checkServerIdentity: (_: string, peer: PeerCertificate) => checkServerIdentity(host, peer) };
    const alive = { 'grpc.keepalive_time_ms': aliveEveryMs, 'grpc.keepalive_timeout_ms': aliveWithinMs };
    const named = { 'grpc.ssl_target_name_override': shown, 'grpc.default_authority': shown };
    return [address, credentials.createFromSecureContext(context, verify), { ...options, ...alive, ...named }];
  } catch (cause) {
    throw fail('RPC_TLS', {
      message: `show a certificate to ${address}`,
      wanted: 'a certificate, its key and roots, as PEM',
      cause,
    });
  }
}

interface Of {
  readonly client: Client;
  readonly socket: string;
  readonly method: Method;
}

function ask(
  { client, method, socket }: Of,
  question: unknown,
  { signal, timeoutMs }: { timeoutMs: number; signal: AbortSignal },
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const call = client.makeUnaryRequest(
      pathOf(method),
      encodeDocument,
      (body: Buffer) => body,
      question,
      { deadline: Date.now() + timeoutMs },
      (error, body) => {
        signal.removeEventListener('abort', cancel);
        if (error !== null) return reject(translated(error, { socket, method }));
        try {
          resolve(decodeDocument(body ?? Buffer.alloc(0)));
        } catch (garbled) {
          reject(garbled);
        }
      },
    );
    const cancel = () => call.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    if (signal.aborted) cancel();
  });
}

function said(call: ClientDuplexStream<unknown, Buffer>, question: unknown): Promise<void> {
  if (call.destroyed || call.writableEnded || call.write(question)) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      call.off('drain', done).off('close', done).off('end', done);
      resolve();
    };
    call.once('drain', done).once('close', done).once('end', done);
  });
}

type Answers = ClientReadableStream<Buffer> | ClientDuplexStream<unknown, Buffer>;

async function* answersOf(
  call: Answers,
  { method, signal, socket }: { socket: string; method: Method; signal: AbortSignal },
): AsyncGenerator<unknown, void, undefined> {
  const cancel = () => call.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();
  try {
    for await (const bytes of call as AsyncIterable<Buffer>) yield decodeDocument(bytes);
  } catch (error) {
    if (signal.aborted) return;
    throw isServiceError(error) ? translated(error, { socket, method }) : error;
  } finally {
    signal.removeEventListener('abort', cancel);
    call.cancel();
  }
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'metadata' in error && 'details' in error;
}

function translated({ code, details, metadata }: ServiceError, of: { socket: string; method: string }): Error {
  const [trailer] = metadata.get(errorTrailer);
  return errorOf({ code, details, trailer: typeof trailer === 'string' ? undefined : trailer }, of);
}
