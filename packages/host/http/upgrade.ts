import type { Duplex } from 'node:stream';
import type { Pipe, UpgradeRequest } from '../contract.ts';
import { fail } from '../errors.ts';

const mostAnswerBytes = 64 * 1024;

/** See contract.ts. */
export async function upgradeHttp({ body, signal, socketPath, timeoutMs, url }: UpgradeRequest): Promise<Pipe> {
  const { request } = await import('node:http');
  const { pathname, search } = new URL(url);
  const message = `POST ${pathname} at ${socketPath}`;
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(fail('HTTP_CANCELLED', { message }));
      return;
    }
    const call = request({
      socketPath,
      method: 'POST',
      path: pathname + search,
      headers: {
        connection: 'Upgrade',
        upgrade: 'tcp',
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(body)),
      },
    });
    const stop = (failure: Error) => {
      release();
      call.destroy();
      reject(failure);
    };
    const onAbort = () => stop(fail('HTTP_CANCELLED', { message }));
    const deadline = setTimeout(
      () => stop(fail('HTTP_TIMEOUT', { message, wanted: `an answer within ${timeoutMs} ms` })),
      timeoutMs,
    );
    const release = () => {
      clearTimeout(deadline);
      signal.removeEventListener('abort', onAbort);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    call.on('error', (cause) => stop(fail('HTTP_FAILED', { message, cause })));
    call.on('upgrade', (_response, socket, head) => {
      release();
      if (head.length > 0) socket.unshift(head);
      resolve(pipeOf(socket, signal));
    });
    call.on('response', (response) => {
      let said = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        if (said.length < mostAnswerBytes) said += text;
      });
      response.on('end', () =>
        stop(
          fail('HTTP_FAILED', {
            message,
            wanted: 'a connection of its own',
            actual: `answer ${response.statusCode ?? 0}`,
            cause: new Error(said.trim().slice(0, 600)),
          }),
        ),
      );
    });
    call.end(body);
  });
}

function pipeOf(socket: Duplex, signal: AbortSignal): Pipe {
  const close = () => void socket.destroy();
  // What was said before the other end broke off has been read; there is nobody to tell.
  socket.on('error', () => undefined);
  signal.addEventListener('abort', close, { once: true });
  socket.once('close', () => signal.removeEventListener('abort', close));
  if (signal.aborted) close();
  return {
    incoming: incomingOf(socket),
    write: (bytes) => {
      if (socket.destroyed || socket.writableEnded || socket.write(bytes)) return Promise.resolve();
      return new Promise((resolve) => {
        const done = () => {
          socket.off('drain', done).off('close', done);
          resolve();
        };
        socket.once('drain', done).once('close', done);
      });
    },
    end: () => void socket.end(),
    close,
  };
}

async function* incomingOf(socket: Duplex): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for await (const chunk of socket) yield chunk as Uint8Array;
  } catch {
    // Broken off: an end like every other.
  }
}
