import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { connectRpc, type RpcClient } from './connect.ts';

/** An agent at the other end of a stream. */
export interface RpcOverStream extends RpcClient {
  /** What came instead of gRPC: whatever else writes to the pipe. '' as long as that is not so. */
  garbage(): string;
}

const mostGarbage = 200;

/**
 * Speaks over any stream that leads to an agent's socket (`ssh HOST reconcile stdio`). grpc-js connects to addresses only, so
 * there is a socket in a directory of this user alone until its one connection is made. `close` destroys the stream.
 */
export async function connectRpcOver(stream: Duplex): Promise<RpcOverStream> {
  const dir = await mkdtemp(join(tmpdir(), 'reconcile-'));
  const path = join(dir, 's');
  const gone = () => void rm(dir, { recursive: true, force: true }).catch(() => undefined);
  let garbage = '';
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    server.close();
    gone();
    bridge(socket, stream, (text) => {
      garbage = text;
    });
  });
  server.maxConnections = 1;
  server.listen(path);
  await once(server, 'listening');
  const client = await connectRpc(path);
  // Whoever asks then finds nobody there, and hears so at once.
  const shut = () => {
    server.close();
    gone();
  };
  if (stream.destroyed) shut();
  stream.once('close', shut);
  const close = () => {
    client.close();
    shut();
    stream.destroy();
  };
  return { ...client, close, garbage: () => garbage };
}

/** HTTP/2 begins with a frame of settings, whose length's first byte is 0 (RFC 9113, 3.4 and 4.1); no text does. */
function bridge(socket: Socket, stream: Duplex, onGarbage: (text: string) => void): void {
  if (stream.destroyed) return void socket.destroy();
  socket.on('error', () => stream.destroy());
  stream.on('error', () => socket.destroy());
  stream.once('close', () => socket.destroy());
  stream.once('data', (first: Buffer) => {
    if (first[0] !== 0) {
      onGarbage(first.subarray(0, mostGarbage).toString('utf8'));
      stream.destroy();
      return;
    }
    socket.write(first);
    stream.pipe(socket);
  });
  socket.pipe(stream);
}
