import { type ErrorLine, errorChain, FleetError, isFleetError, type Retry } from '@reconcile/core';
import { fail } from '../errors.ts';

/** Trailer that carries a whole error; `-bin` lets it hold any bytes. */
export const errorTrailer = 'reconcile-error-bin';

/** Of gRPC (grpc.io/docs/guides/status-codes): as much of an error as other programs understand. */
export const statusCodes = {
  cancelled: 1,
  unknown: 2,
  deadline: 4,
  failed: 9,
  unimplemented: 12,
  unavailable: 14,
} as const;

const longest = 6000;

interface Sent {
  readonly code: string;
  readonly retry: Retry;
  readonly message: string;
  readonly key?: string;
  readonly wanted?: string;
  readonly actual?: string;
  readonly hint?: string;
  readonly causes: readonly ErrorLine[];
}

/** An error as status, short text and trailer. What is no FleetError tells its message alone: no stack goes out. */
export function statusOf(error: unknown): { code: number; details: string; trailer: Buffer } {
  const [, ...causes] = errorChain(error);
  const fleet = isFleetError(error) ? error : undefined;
  const sent: Sent = {
    code: fleet?.code ?? 'UNEXPECTED',
    retry: fleet?.retry ?? 'never',
    message: cut(error instanceof Error ? error.message : String(error)),
    ...(fleet?.key === undefined ? {} : { key: fleet.key }),
    ...(fleet?.wanted === undefined ? {} : { wanted: cut(fleet.wanted) }),
    ...(fleet?.actual === undefined ? {} : { actual: cut(fleet.actual) }),
    ...(fleet?.hint === undefined ? {} : { hint: cut(fleet.hint) }),
    causes: causes.slice(0, 4).map((cause) => ({ ...cause, message: cause.message.slice(0, 500) })),
  };
  const code = fleet?.retry === 'backoff' ? statusCodes.unavailable : statusCodes.failed;
  // A header may not hold what a message may.
  const details = `${sent.code}: ${sent.message}`.replace(/[^\x20-\x7e]/g, '?').slice(0, 500);
  return {
    code: fleet === undefined ? statusCodes.unknown : code,
    details,
    trailer: Buffer.from(JSON.stringify(sent)),
  };
}

/** Trailers are bounded: a whole snapshot's problems do not fit. */
function cut(text: string): string {
  return text.length <= longest / 4 ? text : `${text.slice(0, longest / 4)} …`;
}

/** The error that the other side meant, or what the connection came to. */
export function errorOf(
  status: { readonly code: number; readonly details: string; readonly trailer: Uint8Array | undefined },
  call: { readonly method: string; readonly socket: string },
): Error {
  const { code, details, trailer } = status;
  const sent = trailer === undefined ? undefined : read(trailer);
  if (sent !== undefined) return revive(sent);
  const message = `ask the agent for ${call.method}`;
  const of = { message, key: call.socket, actual: details };
  switch (code) {
    case statusCodes.deadline:
      return fail('RPC_TIMEOUT', { ...of, hint: 'is it stopped? reconcile doctor' });
    case statusCodes.unimplemented:
      return fail('RPC_REFUSED', { ...of, hint: 'the agent is of another release: restart it' });
    case statusCodes.unavailable:
    case statusCodes.cancelled:
      return fail('RPC_UNREACHABLE', of);
    default:
      return fail('RPC_GARBLED', of);
  }
}

function read(trailer: Uint8Array): Sent | undefined {
  try {
    const sent = JSON.parse(Buffer.from(trailer).toString('utf8')) as Partial<Sent>;
    return typeof sent.code === 'string' && typeof sent.message === 'string' ? (sent as Sent) : undefined;
  } catch {
    return undefined;
  }
}

function revive({ causes, code, retry, ...init }: Sent): FleetError {
  let cause: Error | undefined;
  for (const line of [...causes].reverse()) {
    const of = cause === undefined ? {} : { cause };
    cause =
      line.code === undefined
        ? new Error(line.message, of)
        : new FleetError(line.code, 'never', { message: line.message, ...of });
  }
  return new FleetError(code, retry, { ...init, ...(cause === undefined ? {} : { cause }) });
}
