import { isFleetError } from '@reconcile/core';
import { fail } from './errors.ts';

/** RFC 9457, with what a FleetError says. */
export interface ProblemDocument {
  readonly type: 'about:blank';
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly code: string;
  readonly hint?: string;
}

const statuses: Readonly<Record<string, number>> = {
  BAD_REQUEST: 400,
  TOKEN_INVALID: 400,
  NOT_AUTHENTICATED: 401,
  LOGIN_OVER: 401,
  HOOK_UNSIGNED: 401,
  ISSUER_UNKNOWN: 401,
  NOT_ALLOWED: 403,
  FOREIGN_ORIGIN: 403,
  NOT_FOUND: 404,
  HOOK_OFF: 404,
  NO_SERVICE: 404,
  REQUEST_UNKNOWN: 404,
  TOKEN_UNKNOWN: 404,
  NODE_BUSY: 409,
  PLAN_MOVED: 409,
  REQUEST_INACTIVE: 409,
  SOURCE_NOTHING: 409,
  BODY_TOO_LARGE: 413,
  HOST_UNKNOWN: 421,
  CONFIG_INVALID: 422,
  TOO_MANY_FAILURES: 429,
  AGENT_STOPPING: 503,
  NOTHING_SEEN: 503,
  NOT_READY: 503,
  TOO_MANY_STREAMS: 503,
};

/** What a client is told. Only what we said ourselves: nothing of a library's error, no stack. */
export function problemOf(error: unknown): ProblemDocument {
  const known = isFleetError(error) ? error : fromFramework(error);
  const status = statuses[known.code] ?? 500;
  const facts = [
    known.wanted === undefined ? '' : `wanted ${known.wanted}`,
    known.actual === undefined ? '' : `found ${known.actual}`,
  ].filter((text) => text !== '');
  return {
    type: 'about:blank',
    status,
    title: known.message,
    detail: facts.join(', '),
    code: known.code,
    ...(known.hint === undefined ? {} : { hint: known.hint }),
  };
}

/** fastify's own refusals, by their codes. */
function fromFramework(error: unknown) {
  const { code, statusCode } = (error ?? {}) as { code?: unknown; statusCode?: unknown };
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return fail('BODY_TOO_LARGE', { message: 'read the body' });
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500)
    return fail('BAD_REQUEST', { message: 'read the request', hint: 'JSON, as /api/v1/openapi.json describes it' });
  return fail('NOT_FORESEEN', { message: 'answer the request' });
}
