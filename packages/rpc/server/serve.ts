import { rm } from 'node:fs/promises';
import type { Server } from '@grpc/grpc-js';
import { fail } from '../errors.ts';
import type { Answers, From } from './answers.ts';
import { definitions, implementation, type Library } from './implement.ts';
import { clearSocket, closeSocket } from './socket.ts';

/** Of one question; an order is a few hundred bytes, a changed definition some kilobytes. */
const mostQuestionBytes = 1024 * 1024;
const mostStreams = 64;
const mostSessionMb = 32;
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
  const server = makeServer(library, answerers, 'unix');
  try {
    await bind(server, library, socket);
    await closeSocket(socket, group);
  } catch (error) {
    server.forceShutdown();
    throw error;
  }
  return {
    close: async () => {
      await endServer(server);
      await rm(socket, { force: true });
    },
  };
}

/** Answers calls that come a certain way, and nothing yet listens. */
export function makeServer(library: Library, answerers: Answers, way: From['way']): Server {
  const server = new library.Server({
    'grpc.max_receive_message_length': mostQuestionBytes,
    'grpc.max_concurrent_streams': mostStreams,
    // grpc-js would let one connection have all there is, MB.
    'grpc-node.max_session_memory': mostSessionMb,
  });
  server.addService(definitions(), implementation({ library, answerers, way }));
  return server;
}

/** Open calls get a moment. */
export async function endServer(server: Server): Promise<void> {
  const timer = setTimeout(() => server.forceShutdown(), farewellMs);
  await new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
  clearTimeout(timer);
}

function bind(server: Server, { ServerCredentials }: Library, socket: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`unix:${socket}`, ServerCredentials.createInsecure(), (cause) => {
      if (cause === null) resolve();
      else reject(fail('RPC_SOCKET', { message: `listen on ${socket}`, key: socket, cause }));
    });
  });
}
