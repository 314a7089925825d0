import { Client, type ClientDuplexStream, credentials, Metadata } from '@grpc/grpc-js';
import { decodeDocument, encodeDocument, errorTrailer, type Method, methods, pathOf } from '@reconcile/rpc/wire';
import type { Credentials } from './pki.ts';

/** What came of one call: the first answer, or the code it was refused with (`grpc 14` where nothing of ours came). */
export type Heard = { readonly answer: unknown } | { readonly code: string };

/** A program that speaks gRPC to an agent, as somebody else would write it. */
export interface Caller {
  readonly client: Client;
  call(method: Method, question: unknown): Promise<Heard>;
  close(): void;
}

export interface CallerOptions {
  /** `unix:/…`, or `127.0.0.1:9778` with `root`. */
  readonly to: string;
  readonly root?: string;
  readonly own?: Pick<Credentials, 'cert' | 'key'> | undefined;
  readonly token?: string | undefined;
}

const asBuffer = (body: Buffer) => body;

export function callerOf({ own, root, to, token }: CallerOptions): Caller {
  const pem = (text: string | undefined) => (text === undefined ? null : Buffer.from(text));
  const how =
    root === undefined ? credentials.createInsecure() : credentials.createSsl(pem(root), pem(own?.key), pem(own?.cert));
  const client = new Client(to, how, { 'grpc.use_local_subchannel_pool': 1, 'grpc.enable_retries': 0 });
  const metadata = new Metadata();
  if (token !== undefined) metadata.set('authorization', `Bearer ${token}`);
  return {
    client,
    close: () => client.close(),
    call: (method, question) =>
      new Promise((resolve) => {
        const refused = (error: { readonly code: number; readonly metadata: Metadata }) => {
          const [trailer] = error.metadata.get(errorTrailer);
          resolve({ code: Buffer.isBuffer(trailer) ? codeIn(trailer) : `grpc ${error.code}` });
        };
        const deadline = { deadline: Date.now() + 10_000 };
        if (methods[method] === 'unary') {
          client.makeUnaryRequest(
            pathOf(method),
            encodeDocument,
            asBuffer,
            question,
            metadata,
            deadline,
            (error, body) =>
              error === null ? resolve({ answer: decodeDocument(body ?? Buffer.alloc(0)) }) : refused(error),
          );
          return;
        }
        const streamed = methods[method] === 'stream';
        const call = streamed
          ? client.makeServerStreamRequest(pathOf(method), encodeDocument, asBuffer, question, metadata, deadline)
          : conversation(client, { method, question, metadata, deadline });
        call.on('error', refused);
        call.on('data', (body: Buffer) => {
          resolve({ answer: decodeDocument(body) });
          call.cancel();
        });
        call.on('end', () => resolve({ answer: undefined }));
      }),
  };
}

interface Saying {
  readonly method: Method;
  readonly question: unknown;
  readonly metadata: Metadata;
  readonly deadline: { readonly deadline: number };
}

function conversation(
  client: Client,
  { deadline, metadata, method, question }: Saying,
): ClientDuplexStream<unknown, Buffer> {
  const call = client.makeBidiStreamRequest<unknown, Buffer>(
    pathOf(method),
    encodeDocument,
    asBuffer,
    metadata,
    deadline,
  );
  call.write(question);
  call.end();
  return call;
}

function codeIn(trailer: Buffer): string {
  return (JSON.parse(trailer.toString('utf8')) as { code: string }).code;
}
