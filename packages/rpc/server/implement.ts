import type {
  handleServerStreamingCall,
  handleUnaryCall,
  ServerDuplexStream,
  ServerWritableStream,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { decodeDocument, encodeDocument } from '../wire/document.ts';
import { type Method, methods, pathOf } from '../wire/methods.ts';
import { errorTrailer, statusOf } from '../wire/status.ts';
import type { Answers, From } from './answers.ts';
import { fromOf } from './from.ts';

export type Library = typeof import('../library.ts');

export interface Serving {
  readonly library: Library;
  readonly answerers: Answers;
  readonly way: From['way'];
}

/** The methods as grpc-js wants them. */
export function definitions() {
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

/** Answers calls that came a certain way. */
export function implementation({ answerers, library, way }: Serving): UntypedServiceImplementation {
  const found: UntypedServiceImplementation = {};
  for (const [method, answer] of Object.entries(answerers.unary)) found[method] = unary({ library, way }, answer);
  for (const [method, answer] of Object.entries(answerers.stream)) found[method] = stream({ library, way }, answer);
  for (const [method, answer] of Object.entries(answerers.duplex)) found[method] = duplex({ library, way }, answer);
  return found;
}

type Through = Pick<Serving, 'library' | 'way'>;

function unary(
  { library, way }: Through,
  answer: Answers['unary'][keyof Answers['unary']],
): handleUnaryCall<Buffer, unknown> {
  return (call, done) => {
    const ended = new AbortController();
    call.on('cancelled', () => ended.abort());
    Promise.resolve()
      .then(() => answer(decodeDocument(call.request), { signal: ended.signal, from: fromOf(call, way) }))
      .then(
        (value) => done(null, value ?? null),
        (error: unknown) => done(refusal(library, error)),
      );
  };
}

function stream(
  { library, way }: Through,
  answer: Answers['stream'][keyof Answers['stream']],
): handleServerStreamingCall<Buffer, unknown> {
  return (call) => {
    void tell(library, call, (signal) => answer(decodeDocument(call.request), { signal, from: fromOf(call, way) }));
  };
}

function duplex({ library, way }: Through, answer: Answers['duplex'][keyof Answers['duplex']]) {
  return (call: ServerDuplexStream<Buffer, unknown>) => {
    const questions = read(call);
    void tell(library, call, (signal) => answer(questions, { signal, from: fromOf(call, way) }));
  };
}

async function* read(call: ServerDuplexStream<Buffer, unknown>): AsyncGenerator<unknown, void, undefined> {
  // Who has nothing more to ask may still wait for answers: the end of one direction is not the end of both.
  const asked: AsyncIterable<Buffer> = call.iterator({ destroyOnReturn: false });
  for await (const bytes of asked) yield decodeDocument(bytes);
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
