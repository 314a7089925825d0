import { isFleetError } from '@reconcile/core';
import type { Http, HttpRequest } from '@reconcile/host';
import { fail, hung, podmanFailure, tooMuch } from './fail.ts';
import { parseJson } from './shape.ts';

/** The path version: the oldest that 4.3 to 6.0 all serve (drivers.md B.8). */
export const apiRoot = '/v4.0.0/libpod';

export interface RestCall {
  /** For messages: `start container web`. */
  readonly what: string;
  readonly method: HttpRequest['method'];
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly body?: Uint8Array;
  readonly timeoutMs: number;
}

export interface RestAnswer {
  readonly status: number;
  readonly text: string;
  /** Of the podman that answered, `5.4.2`; '' where it did not say. */
  readonly version: string;
}

/** One podman API socket. */
export interface RestSocket {
  readonly http: Http;
  readonly socketPath: string;
  readonly signal: AbortSignal;
  /** Told of every answer. */
  readonly answered?: (answer: RestAnswer) => void;
  /** Has the service started again when nobody listens any more; false when it cannot be had. */
  readonly revive?: () => Promise<boolean>;
  /** Has podman make a database anew, where its service lost its own. */
  readonly renew?: () => Promise<unknown>;
}

/** Any status resolves. @throws PODMAN_HUNG PODMAN_SERVICE PODMAN_GARBLED */
export async function rest(socket: RestSocket, call: RestCall): Promise<RestAnswer> {
  const query = call.query === undefined ? '' : `?${new URLSearchParams(call.query).toString()}`;
  const body = call.json === undefined ? call.body : JSON.stringify(call.json);
  try {
    const answer = await socket.http.request({
      method: call.method,
      url: `http://podman${apiRoot}${call.path}${query}`,
      socketPath: socket.socketPath,
      timeoutMs: call.timeoutMs,
      signal: socket.signal,
      maxBytes: 64 * 1024 * 1024,
      // Without a type of its own a body is taken for a form and read away (4.3.1: "decode(): EOF").
      ...(body === undefined
        ? {}
        : {
            body,
            headers: { 'content-type': call.json === undefined ? 'application/octet-stream' : 'application/json' },
          }),
    });
    const version = answer.headers['libpod-api-version'];
    const said = {
      status: answer.status,
      text: Buffer.from(answer.body).toString('utf8'),
      version: typeof version === 'string' ? version : '',
    };
    socket.answered?.(said);
    return said;
  } catch (cause) {
    const { revive, ...without } = socket;
    // Nothing was sent, so it may be said again.
    if (revive !== undefined && isUnheard(cause) && (await revive())) return rest(without, call);
    throw translated(cause, call);
  }
}

function isUnheard(error: unknown): boolean {
  if (!isFleetError(error) || error.code !== 'HTTP_FAILED') return false;
  const { code } = (error.cause ?? {}) as { code?: unknown };
  return code === 'ECONNREFUSED' || code === 'ENOENT';
}

function translated(cause: unknown, call: RestCall): unknown {
  if (!isFleetError(cause)) return cause;
  switch (cause.code) {
    case 'HTTP_TIMEOUT':
      return hung(call.what, `no answer in ${call.timeoutMs / 1000} s`, cause);
    case 'HTTP_FAILED':
      return fail('PODMAN_SERVICE', { message: call.what, cause });
    case 'HTTP_TOO_MUCH':
      return tooMuch(call.what, cause);
    default:
      return cause;
  }
}

/** What podman says went wrong, out of its error body. */
export function saidIn(answer: RestAnswer): string {
  try {
    const body = JSON.parse(answer.text) as { message?: unknown };
    if (typeof body.message === 'string') return body.message;
  } catch {
    // Not JSON: the text itself is all there is.
  }
  return `status ${answer.status}: ${answer.text.slice(0, 600)}`;
}

/** Wants a 2xx, or one of `also`. @throws also the codes of fail.ts */
export async function askRest(socket: RestSocket, call: RestCall, also: readonly number[] = []): Promise<RestAnswer> {
  const answer = await rest(socket, call);
  if ((answer.status >= 200 && answer.status < 300) || also.includes(answer.status)) return answer;
  const failure = podmanFailure(call.what, saidIn(answer));
  const { renew, ...without } = socket;
  // It did nothing: it has no database to do it in. Whoever has another way to podman begins one, and it is asked again.
  if (renew === undefined || !isFleetError(failure) || failure.code !== 'PODMAN_STALE') throw failure;
  await renew();
  return askRest(without, call, also);
}

/** The JSON of a 2xx answer. */
export async function restJson(socket: RestSocket, call: RestCall): Promise<unknown> {
  return parseJson((await askRest(socket, call)).text, call.what);
}
