import type { Principal } from '@reconcile/core';
import type { Answering, Answers } from '@reconcile/rpc/server';
import { z } from 'zod';
import type { AgentService, Caller, LogsQuery, OverrideOrder, PastQuery } from './contract.ts';
import type { PassAsk, PassOrder } from './order.ts';

// Questions as they come over the socket, checked. Who can open the socket may do anything (specs/0012).

const name = z.string().min(1).max(300);
const named = z.object({ name });
const past = z.object({
  name: name.optional(),
  limit: z.int().min(0).max(50_000).optional(),
  after: z.int().optional(),
});
const logs = z.object({
  name,
  follow: z.boolean().optional(),
  previous: z.boolean().optional(),
  tail: z.int().min(0).max(10_000_000).optional(),
  since: z.string().max(40).optional(),
});
const why = z.string().max(2000).optional();
const override = z.union([
  z.object({ verb: z.enum(['freeze', 'stop']), target: z.string().max(300), forMs: z.int().min(1).optional(), why }),
  z.object({ verb: z.enum(['thaw', 'start']), target: z.string().max(300) }),
]);
const names = z.array(name).max(1000);
const order = z.object({
  scope: z.object({ service: names.optional(), stage: names.optional() }).optional(),
  confirm: names.optional(),
  acceptHistory: z.boolean().optional(),
  planId: z.string().max(64).optional(),
  trial: z.object({ withinMs: z.int().min(1000), ref: name.optional() }).optional(),
  keep: z.string().max(300).optional(),
  fetch: z.boolean().optional(),
  change: z.object({ path: name, text: z.string().optional() }).optional(),
  request: z.object({ verb: z.enum(['restart', 'retry', 'run']), target: name, why }).optional(),
});
const begin = z.object({ order, asks: z.boolean() });

/** Absent and undefined are one thing over the wire. */
function without<T>(value: unknown): T {
  return value as T;
}

/** The contract as calls of proto/agent.proto, for the one principal that the socket lets in. */
export function rpcAnswers(service: AgentService, by: Principal): Answers {
  const of = ({ signal }: Answering): Caller => ({ by, signal });
  return {
    unary: {
      State: (_question, cx) => service.state(of(cx)),
      Node: (_question, cx) => service.node(of(cx)),
      Services: (_question, cx) => service.services(of(cx)),
      Service: (question, cx) => service.service(of(cx), named.parse(question).name),
      Explain: (question, cx) => service.explain(of(cx), named.parse(question).name),
      Plan: (question, cx) =>
        service.plan(of(cx), { fresh: z.object({ fresh: z.boolean().optional() }).parse(question).fresh === true }),
      Routes: (_question, cx) => service.routes(of(cx)),
      Certificates: (_question, cx) => service.certificates(of(cx)),
      Records: (_question, cx) => service.records(of(cx)),
      History: (question, cx) => service.history(of(cx), without<PastQuery>(past.parse(question))),
      Events: (question, cx) => service.events(of(cx), without<PastQuery>(past.parse(question))),
      Health: (question, cx) => {
        const asked = z.object({ slot: name.optional(), samples: z.int().min(0).optional() }).parse(question);
        return asked.slot === undefined
          ? service.healthOfAll(of(cx), { samples: asked.samples ?? 60 })
          : service.health(of(cx), asked.slot);
      },
      Override: (question, cx) => service.override(of(cx), without<OverrideOrder>(override.parse(question))),
      Reload: (_question, cx) => service.reload(of(cx)),
    },
    stream: {
      Watch: (question, cx) => {
        const { after } = z.object({ after: z.int().optional() }).parse(question);
        return service.watch(of(cx), after === undefined ? {} : { after });
      },
      Logs: (question, cx) => service.logs(of(cx), without<LogsQuery>(logs.parse(question))),
    },
    duplex: { Apply: (questions, cx) => conversation(service, of(cx), questions) },
  };
}

/** The order, and where it asks, a yes or no to each plan that is shown. Silence is a no. */
async function* conversation(service: AgentService, of: Caller, questions: AsyncIterator<unknown>) {
  const first = await questions.next();
  const { asks, order: given } = begin.parse(first.value);
  const approve = async (_ask: PassAsk): Promise<boolean> => {
    const said = await questions.next();
    return said.done !== true && z.object({ approved: z.boolean() }).parse(said.value).approved;
  };
  yield* service.apply(of, without<PassOrder>(given), asks ? approve : undefined);
}
