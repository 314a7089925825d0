import type { Answering, Answers } from '@reconcile/rpc/server';
import type { AgentService, Caller } from '../service/contract.ts';
import type { Call } from './call.ts';
import { type Conversation, duplexCalls, streamCalls, unaryCalls } from './calls.ts';
import type { Door } from './door.ts';

/** The contract as calls of proto/agent.proto: each is read, admitted, written down, and only then answered. */
export function rpcAnswers(service: AgentService, door: Door): Answers {
  const ready = async <R>(call: Call<R>, question: unknown, { from, signal }: Answering): Promise<R> => {
    const asked = call.read(question);
    const of: Caller = { by: await door.admit(from, asked), signal };
    return asked.answer(service, of);
  };
  return {
    unary: mapped(unaryCalls, (call) => async (question: unknown, cx: Answering) => ready(call, question, cx)),
    stream: mapped(
      streamCalls,
      (call) =>
        async function* (question: unknown, cx: Answering) {
          yield* await ready(call, question, cx);
        },
    ),
    duplex: mapped(
      duplexCalls,
      (call: Call<Conversation>) =>
        async function* (questions: AsyncIterator<unknown>, cx: Answering) {
          const first = await questions.next();
          yield* (await ready(call, first.value, cx))(questions);
        },
    ),
  };
}

function mapped<K extends string, A, B>(calls: Readonly<Record<K, A>>, to: (call: A) => B): Record<K, B> {
  return Object.fromEntries(Object.entries<A>(calls).map(([method, call]) => [method, to(call)])) as Record<K, B>;
}
