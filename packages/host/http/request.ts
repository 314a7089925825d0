import type { Agent, ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import type { HttpRequest, HttpResponse } from '../contract.ts';
import { fail, systemCode } from '../errors.ts';
import { Bounded } from '../run/bytes.ts';

const defaultMaxBytes = 16 * 1024 * 1024;

/** One exchange over `agent`, its deadline from the first look-up to the last byte of the body. See contract.ts for what it throws. */
export async function exchange(request: HttpRequest, agent: Agent): Promise<HttpResponse> {
  const startedAt = performance.now();
  const options = requestOptions(request, agent);
  for (let again = false; ; again = true) {
    const timeoutMs = request.timeoutMs - (performance.now() - startedAt);
    const outcome = await attempt(request, { ...options, timeoutMs, startedAt });
    if (!(outcome instanceof StaleConnection)) return outcome;
    // The other end closed a kept connection just as we used it. Only what may be sent twice is sent again, once.
    const repeatable = request.method === 'GET' || request.method === 'HEAD';
    if (again || !repeatable) throw failed(request, outcome.cause);
  }
}

/** Over TLS, the other end checked against the certificate authorities that Node.js brings along. */
export function isSecure({ socketPath, url }: HttpRequest): boolean {
  return socketPath === undefined && url.startsWith('https:');
}

class StaleConnection {
  constructor(readonly cause: Error) {}
}

type Attempt = RequestOptions & { readonly timeoutMs: number; readonly startedAt: number };

async function attempt(request: HttpRequest, options: Attempt): Promise<HttpResponse | StaleConnection> {
  const http = isSecure(request) ? await import('node:https') : await import('node:http');
  const { timeoutMs, startedAt, ...sent } = options;
  return new Promise((resolve, reject) => {
    const { signal } = request;
    if (signal?.aborted) {
      reject(fail('HTTP_CANCELLED', { message: requestName(request) }));
      return;
    }
    const call: ClientRequest = http.request(sent);
    const release = () => {
      clearTimeout(deadline);
      signal?.removeEventListener('abort', onAbort);
    };
    const stop = (failure: Error) => {
      release();
      reject(failure);
      call.destroy();
    };
    const onAbort = () => stop(fail('HTTP_CANCELLED', { message: requestName(request) }));
    const deadline = setTimeout(
      () =>
        stop(
          fail('HTTP_TIMEOUT', { message: requestName(request), wanted: `an answer within ${request.timeoutMs} ms` }),
        ),
      Math.max(0, timeoutMs),
    );
    signal?.addEventListener('abort', onAbort, { once: true });
    call.on('error', (error) => {
      release();
      const stale = call.reusedSocket && (systemCode(error) === 'ECONNRESET' || systemCode(error) === 'EPIPE');
      if (stale) resolve(new StaleConnection(error));
      else reject(failed(request, error));
    });
    call.on('response', (response: IncomingMessage) => {
      const body = new Bounded(request.maxBytes ?? defaultMaxBytes);
      response.on('data', (chunk: Buffer) => {
        if (!body.add(chunk)) stop(fail('HTTP_TOO_MUCH', { message: requestName(request) }));
      });
      response.on('error', (error) => stop(failed(request, error)));
      response.on('end', () => {
        release();
        const { statusCode, headers, trailers } = response;
        resolve({
          status: statusCode ?? 0,
          headers,
          trailers,
          body: body.bytes(),
          durationMs: performance.now() - startedAt,
        });
      });
    });
    call.end(request.body);
  });
}

function requestOptions(request: HttpRequest, agent: Agent): RequestOptions {
  const url = parseUrl(request);
  const place =
    request.socketPath === undefined
      ? {
          hostname: url.hostname.replace(/^\[|\]$/g, ''),
          port: url.port === '' ? (isSecure(request) ? 443 : 80) : Number(url.port),
        }
      : { socketPath: request.socketPath };
  return {
    ...place,
    agent,
    method: request.method,
    ...(request.ca === undefined ? {} : { ca: request.ca }),
    path: url.pathname + url.search,
    headers: { ...request.headers, ...bodyLength(request.body) },
  };
}

function parseUrl(request: HttpRequest): URL {
  const url = URL.parse === undefined ? tryUrl(request.url) : URL.parse(request.url);
  if (url?.protocol === 'http:' || (url?.protocol === 'https:' && request.socketPath === undefined)) return url;
  throw fail('HTTP_FAILED', { message: requestName(request), wanted: 'an http:// or https:// address' });
}

function tryUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

function bodyLength(body: HttpRequest['body']): Record<string, string> {
  return body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
}

function failed(request: HttpRequest, cause: unknown): Error {
  return fail('HTTP_FAILED', { message: requestName(request), cause });
}

/** Without the query: it may carry what is nobody's business. */
function requestName(request: HttpRequest): string {
  const path = request.url.split('?')[0];
  return request.socketPath === undefined
    ? `${request.method} ${path}`
    : `${request.method} ${path} at ${request.socketPath}`;
}
