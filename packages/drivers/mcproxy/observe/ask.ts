import type { Client } from '@grpc/grpc-js';
import type { ReadHost } from '@reconcile/host';
import { fail } from '../errors.ts';
import type { McproxySettings } from '../settings/settings.ts';
import { decode, encode } from '../wire/codec.ts';
import { type CallName, calls, type Request, type Response, service } from '../wire/messages.ts';

const answerTimeoutMs = 3000;
/** An answer that is larger is not one of ours: 500 routes are some 100 kB. */
const mostBytes = 4 * 1024 * 1024;

/** The calls that change nothing: all that a look can make. */
export type ReadingCall = 'ListRoutes' | 'GetStatus';

/** One connection while it is needed. */
export interface Connection<C extends CallName> {
  /** @throws MCPROXY_UNREACHABLE MCPROXY_GARBLED MCPROXY_UNKNOWN_CALL MCPROXY_DENIED MCPROXY_REFUSED MCPROXY_NO_LISTENER */
  call<N extends C>(name: N, request: Request<N>): Promise<Response<N>>;
}

/** Connects, for reading calls only. */
export function withReading<T>(
  host: ReadHost,
  settings: McproxySettings,
  work: (connection: Connection<ReadingCall>) => Promise<T>,
): Promise<T> {
  return withConnection<T, ReadingCall>(host, settings, work);
}

/** grpc-js is loaded at the first call. The connection is closed afterwards: an idle one would keep the process alive. */
export async function withConnection<T, C extends CallName>(
  host: ReadHost,
  settings: McproxySettings,
  work: (connection: Connection<C>) => Promise<T>,
): Promise<T> {
  const { Client, credentials } = await import('./library.ts');
  const client = new Client(`unix:${settings.socket}`, credentials.createInsecure(), {
    'grpc.max_receive_message_length': mostBytes,
    'grpc.enable_retries': 0,
    // Of its own, so that closing closes: the shared pool keeps a connection for seconds more.
    'grpc.use_local_subchannel_pool': 1,
    'grpc.default_authority': 'localhost',
  });
  try {
    return await work({ call: (name, request) => callOne(client, { host, settings, name, request }) });
  } finally {
    client.close();
  }
}

interface Call<N extends CallName> {
  readonly host: ReadHost;
  readonly settings: McproxySettings;
  readonly name: N;
  readonly request: Request<N>;
}

async function callOne<N extends CallName>(client: Client, call: Call<N>): Promise<Response<N>> {
  const { host, settings, name, request } = call;
  const [from, to] = calls[name];
  const bytes = await new Promise<Buffer | { code: number; details: string }>((resolve) => {
    client.makeUnaryRequest(
      `/${service}/${name}`,
      (message: Request<N>) => encode(from, message as never),
      (body: Buffer) => body,
      request,
      { deadline: host.clock.now() + answerTimeoutMs },
      (error, answer) => resolve(error ?? answer ?? Buffer.alloc(0)),
    );
  });
  if (Buffer.isBuffer(bytes)) return decode(to, bytes) as Response<N>;
  throw await refusal(host, settings, { name, ...bytes });
}

/** What a status means here (grpc.io/docs/guides/status-codes). */
async function refusal(
  host: ReadHost,
  settings: McproxySettings,
  said: { readonly name: CallName; readonly code: number; readonly details: string },
): Promise<Error> {
  const { name, code, details } = said;
  const message = `ask MC-Proxy to ${name}`;
  const actual = `status ${code}: ${details.slice(0, 300)}`;
  switch (code) {
    case 5:
      return fail('MCPROXY_NO_LISTENER', { message, actual, hint: listenerHint });
    case 7:
    case 16:
      return fail('MCPROXY_DENIED', { message, actual, hint: `may this user change routes at ${settings.socket}?` });
    case 12:
      return fail('MCPROXY_UNKNOWN_CALL', { message, actual, hint: 'its version has another admin API' });
    case 2:
    case 8:
    case 13:
    case 15:
      return fail('MCPROXY_GARBLED', { message, actual });
    case 4:
    case 14:
      return unreachable(host, settings, { message, actual });
    default:
      return fail('MCPROXY_REFUSED', { message, actual });
  }
}

export const listenerHint = "add it to [[listeners]] of MC-Proxy's own configuration and restart it";

async function unreachable(
  host: ReadHost,
  { socket }: McproxySettings,
  { message, actual }: { message: string; actual: string },
): Promise<Error> {
  const stat = await host.files.stat(socket).catch(() => undefined);
  const dir = await host.files.stat(socket.slice(0, socket.lastIndexOf('/')) || '/').catch(() => undefined);
  const place =
    stat === undefined
      ? 'missing'
      : `${stat.kind === 'socket' ? '' : `${stat.kind}, `}mode ${octal(stat.mode)} of uid ${stat.uid}`;
  return fail('MCPROXY_UNREACHABLE', {
    message,
    wanted: `an answer from ${socket}`,
    actual: `socket ${place}, directory ${dir === undefined ? 'missing' : octal(dir.mode)}; ${actual}`,
    hint: 'does MC-Proxy run, and may this user write to its socket? A restart of it may reset the mode',
  });
}

function octal(mode: number): string {
  return mode.toString(8).padStart(3, '0');
}
