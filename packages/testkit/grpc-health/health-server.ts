import { Server, ServerCredentials, type ServiceDefinition, status } from '@grpc/grpc-js';

/** States of grpc.health.v1 by their numbers (github.com/grpc/grpc/blob/master/doc/health-checking.md). */
export const serving = 1;
export const notServing = 2;

/** A real gRPC server that tells the health of its services; `''` is the whole. */
export interface HealthServer {
  readonly port: number;
  readonly states: Map<string, number>;
  close(): void;
}

export interface HealthServerOptions {
  /** PEM. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** false: it speaks gRPC, and has no health service. */
  readonly hasHealth?: boolean;
}

interface Question {
  readonly name: string;
}

const service: ServiceDefinition = {
  Check: {
    path: '/grpc.health.v1.Health/Check',
    requestStream: false,
    responseStream: false,
    requestSerialize: ({ name }: Question) => Buffer.from(name),
    // An object: the library takes an empty text for no message.
    requestDeserialize: (bytes: Buffer): Question => ({ name: bytes.subarray(2).toString('utf8') }),
    responseSerialize: (state: number) => Buffer.from([0x08, state]),
    responseDeserialize: (bytes: Buffer) => bytes[1] ?? 0,
  },
};

export async function healthServer({ hasHealth = true, tls }: HealthServerOptions = {}): Promise<HealthServer> {
  const states = new Map([['', serving]]);
  const server = new Server();
  if (hasHealth)
    server.addService(service, {
      Check: ({ request }: { request: Question }, answer: (error: object | null, state?: number) => void) => {
        const state = states.get(request.name);
        if (state === undefined) answer({ code: status.NOT_FOUND, details: 'unknown service' });
        else answer(null, state);
      },
    });
  const credentials =
    tls === undefined
      ? ServerCredentials.createInsecure()
      : ServerCredentials.createSsl(null, [{ private_key: Buffer.from(tls.key), cert_chain: Buffer.from(tls.cert) }]);
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error === null ? resolve(bound) : reject(error))),
  );
  return { port, states, close: () => server.forceShutdown() };
}
