import type { ZodType } from 'zod';
import { fail } from '../access/errors.ts';
import type { Method } from '../access/index.ts';
import type { AgentService, Caller } from '../service/contract.ts';

/** The rule that a question goes by, and what it is about; '' the node. */
export interface RuledWish {
  readonly method: Method;
  readonly target: string;
}

/** One RPC, its question checked: what it needs, what goes to the audit, and how it is answered. */
export interface Ready<R> {
  readonly wish: RuledWish;
  readonly args: unknown;
  answer(service: AgentService, of: Caller): R;
}

/** Everything about one RPC in one value, from which check, rule, audit and answer come. */
export interface Call<R> {
  /** @throws BAD_QUESTION */
  read(question: unknown): Ready<R>;
}

export interface Shape<Q, A, R> {
  readonly question: ZodType<Q>;
  readonly wish: (question: A) => RuledWish;
  /** What of it is written down; default all. */
  readonly args?: (question: A) => unknown;
  readonly answer: (service: AgentService, of: Caller, question: A) => R;
}

/** `A` is what the contract calls the question: absent and undefined are one thing over the wire. */
export function call<Q, R, A = Q>({ answer, args = (all) => all, question, wish }: Shape<Q, A, R>): Call<R> {
  return {
    read(raw) {
      const checked = read(question, raw) as unknown as A;
      return { wish: wish(checked), args: args(checked), answer: (service, of) => answer(service, of, checked) };
    },
  };
}

/** @throws BAD_QUESTION */
export function read<Q>(schema: ZodType<Q>, raw: unknown): Q {
  const result = schema.safeParse(raw);
  if (result.success) return result.data;
  const mistakes = result.error.issues.slice(0, 8).map(({ message, path }) => `${path.join('.')}: ${message}`);
  throw fail('BAD_QUESTION', {
    message: 'read the question',
    actual: mistakes.join('; '),
    hint: 'the agent and this command may be of different releases: update the older one',
  });
}
