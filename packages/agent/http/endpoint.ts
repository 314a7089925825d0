import { type ZodType, z } from 'zod';
import type { Method } from '../access/index.ts';
import type { AgentService, Caller } from '../service/index.ts';
import { fail } from './errors.ts';

/** One message of an event stream. */
export interface StreamItem {
  readonly id?: string;
  readonly event: string;
  readonly data: unknown;
}

export type Reply =
  | { readonly json: unknown; readonly status?: number; readonly headers?: Readonly<Record<string, string>> }
  | { readonly text: string; readonly type: string; readonly status?: number }
  | { readonly stream: AsyncIterable<StreamItem> };

/** What an endpoint is called with, once the door and the schemas let it pass. */
export interface Call<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly service: AgentService;
  /** Its signal fires when the client goes away. */
  readonly caller: Caller;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The body of an endpoint that `isRaw`; else empty. */
  readonly raw: Uint8Array;
  /** Id of the caller's session, and what opened it; undefined: it came another way. */
  readonly session: string | undefined;
  readonly secret: string | undefined;
}

interface Shape<P, Q, B> {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** As fastify writes it: `/api/v1/services/:name`. */
  readonly path: string;
  /** The rule of the access table that it goes by. */
  readonly rule: Method;
  readonly says: string;
  readonly params?: ZodType<P>;
  readonly query?: ZodType<Q>;
  readonly body?: ZodType<B>;
  /** Of the JSON, or of each message of the stream. */
  readonly answer: ZodType;
  readonly streams?: true;
  /** The body comes as bytes, of whatever type, and no schema is asked. */
  readonly isRaw?: true;
  /** The service that it is about; '' the node. */
  readonly target?: (params: P, body: B) => string;
  readonly run: (call: Call<P, Q, B>) => Promise<Reply> | Reply;
}

/** An endpoint whose types are settled: everything about it in one value, from which route, check, audit and description come. */
export interface Endpoint extends Omit<Shape<unknown, unknown, unknown>, 'run' | 'target'> {
  readonly read: (raw: Raw) => Ready;
}

export interface Raw {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

/** A checked request: whom it is about, what goes to the audit, and how it is carried out. */
export interface Ready {
  readonly target: string;
  readonly body: unknown;
  readonly run: (call: Omit<Call<unknown, unknown, unknown>, 'params' | 'query' | 'body'>) => Promise<Reply> | Reply;
}

const none = z.unknown().transform(() => ({}));

export function endpoint<P = object, Q = object, B = object>(shape: Shape<P, Q, B>): Endpoint {
  const { run, target, ...rest } = shape;
  return {
    ...(rest as unknown as Omit<Endpoint, 'read'>),
    read: (raw) => {
      const params = checked(shape.params ?? (none as unknown as ZodType<P>), raw.params, 'path');
      const query = checked(shape.query ?? (none as unknown as ZodType<Q>), raw.query, 'query');
      const body = checked(shape.body ?? (none as unknown as ZodType<B>), raw.body ?? {}, 'body');
      return {
        target: target?.(params, body) ?? '',
        body,
        run: (call) => run({ ...call, params, query, body }),
      };
    },
  };
}

function checked<T>(schema: ZodType<T>, value: unknown, where: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const mistakes = result.error.issues
    .slice(0, 8)
    .map(({ message, path }) => `${[where, ...path].join('.')}: ${message}`);
  throw fail('BAD_REQUEST', { message: mistakes.join('; '), hint: 'GET /api/v1/openapi.json describes it' });
}
