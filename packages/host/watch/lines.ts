import type { IncomingMessage } from 'node:http';
import { fail } from '../errors.ts';

const longestLine = 1024 * 1024;

/**
 * Lines of an answer that goes on, over a unix socket (podman's events), until the other end closes it. Ending the loop or
 * `signal` ends the connection. @throws HTTP_FAILED HTTP_CANCELLED HTTP_TOO_MUCH
 */
export async function* socketLines(
  socketPath: string,
  path: string,
  signal: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  const what = `GET ${path} of ${socketPath}`;
  const response = await open(socketPath, path, { signal, what });
  let rest = '';
  try {
    for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) {
      rest += chunk;
      if (rest.length > longestLine) throw fail('HTTP_TOO_MUCH', { message: what, wanted: 'lines of 1 MiB at most' });
      for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
        yield rest.slice(0, end);
        rest = rest.slice(end + 1);
      }
    }
  } catch (cause) {
    if (signal.aborted) throw fail('HTTP_CANCELLED', { message: what });
    throw fail('HTTP_FAILED', { message: what, cause });
  } finally {
    response.destroy();
  }
}

async function open(
  socketPath: string,
  path: string,
  { signal, what }: { signal: AbortSignal; what: string },
): Promise<IncomingMessage> {
  const { request } = await import('node:http');
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, path, signal, headers: { host: 'podman' } });
    call.on('error', (cause) =>
      reject(
        signal.aborted ? fail('HTTP_CANCELLED', { message: what }) : fail('HTTP_FAILED', { message: what, cause }),
      ),
    );
    call.on('response', (response) => {
      if (response.statusCode === 200) return resolve(response);
      response.resume();
      reject(fail('HTTP_FAILED', { message: what, wanted: 'status 200', actual: `status ${response.statusCode}` }));
    });
    call.end();
  });
}
