import type { DuplexMethod, StreamMethod, UnaryMethod } from '@reconcile/rpc/wire';
import type { AgentService, Caller, LogsQuery, OverrideOrder, PastQuery } from '../service/contract.ts';
import type { ExecInput, ExecOrder, ExecOutput } from '../service/exec.ts';
import type { PassAsk, PassOrder, PassProgress } from '../service/order.ts';
import { type Call, call, type RuledWish, read } from './call.ts';
import * as q from './questions.ts';

// Every RPC of proto/agent.proto, with the rule of the access table that it goes by.

type Method = RuledWish['method'];
type Looking = (service: AgentService, of: Caller) => Promise<unknown>;

const ofNode = (method: Method, answer: Looking) =>
  call({ question: q.nothing, wish: () => ({ method, target: '' }), answer });
const ofOne = (method: Method, answer: (service: AgentService, of: Caller, name: string) => Promise<unknown>) =>
  call({
    question: q.named,
    wish: ({ name }) => ({ method, target: name }),
    answer: (service, of, { name }) => answer(service, of, name),
  });
const ofPast = (
  one: Method,
  all: Method,
  answer: (service: AgentService, of: Caller, query: PastQuery) => Promise<unknown>,
) =>
  call({
    question: q.past,
    wish: ({ name }: PastQuery) => (name === undefined ? { method: all, target: '' } : { method: one, target: name }),
    answer,
  });

export const unaryCalls: Readonly<Record<UnaryMethod, Call<Promise<unknown>>>> = {
  State: ofNode('state', (service, of) => service.state(of)),
  Node: ofNode('node', (service, of) => service.node(of)),
  Services: call({
    question: q.services,
    wish: () => ({ method: 'services', target: '' }),
    answer: (service, of, { names }) => service.services(of, names),
  }),
  Service: ofOne('service', (service, of, name) => service.service(of, name)),
  Explain: ofOne('explain', (service, of, name) => service.explain(of, name)),
  Plan: call({
    question: q.plan,
    wish: () => ({ method: 'plan', target: '' }),
    answer: (service, of, { fresh }) => service.plan(of, { fresh: fresh === true }),
  }),
  Routes: ofNode('routes', (service, of) => service.routes(of)),
  Certificates: ofNode('certificates', (service, of) => service.certificates(of)),
  Records: ofNode('records', (service, of) => service.records(of)),
  History: ofPast('history', 'historyOfAll', (service, of, query) => service.history(of, query)),
  Events: ofPast('events', 'eventsOfAll', (service, of, query) => service.events(of, query)),
  Health: call<unknown, Promise<unknown>, { readonly slot?: string; readonly samples?: number }>({
    question: q.health,
    wish: ({ slot }) =>
      slot === undefined ? { method: 'healthOfAll', target: '' } : { method: 'health', target: slot },
    answer: (service, of, { samples = 60, slot }) =>
      slot === undefined ? service.healthOfAll(of, { samples }) : service.health(of, slot),
  }),
  Override: call<unknown, Promise<unknown>, OverrideOrder>({
    question: q.override,
    wish: ({ target, verb }) => ({ method: target === '' ? 'freezeAll' : verb, target }),
    answer: (service, of, order) => service.override(of, order),
  }),
  Reload: ofNode('reload', (service, of) => service.reload(of)),
};

export const streamCalls: Readonly<Record<StreamMethod, Call<AsyncIterable<unknown>>>> = {
  Watch: call<unknown, AsyncIterable<unknown>, { readonly after?: number }>({
    question: q.watch,
    wish: () => ({ method: 'watch', target: '' }),
    answer: (service, of, query) => service.watch(of, query),
  }),
  Logs: call<unknown, AsyncIterable<unknown>, LogsQuery>({
    question: q.logs,
    wish: ({ name }) => ({ method: 'logs', target: name }),
    answer: (service, of, query) => service.logs(of, query),
  }),
};

/** Answers with what comes after the first question. */
export type Conversation = (rest: AsyncIterator<unknown>) => AsyncIterable<unknown>;

export const duplexCalls: Readonly<Record<DuplexMethod, Call<Conversation>>> = {
  Apply: call<unknown, Conversation, Begin>({
    question: q.begin,
    wish: ({ order }) => wishOf(order),
    args: ({ order }) => toldOf(order),
    answer: (service, of, first) => (rest) => applied(service, of, { ...first, rest }),
  }),
  Exec: call<unknown, Conversation, ExecOrder>({
    question: q.exec,
    wish: ({ name }) => ({ method: 'exec', target: name }),
    args: ({ argv, terminal }) => ({ argv, terminal: terminal !== undefined }),
    answer: (service, of, order) => (rest) => executed(service, of, { order, rest }),
  }),
};

interface Begin {
  readonly order: PassOrder;
  readonly asks: boolean;
}

/** A request alone is about its service; whatever more an order has makes a pass of it. */
function wishOf({ request, ...more }: PassOrder): RuledWish {
  const isRequest = request !== undefined && Object.values(more).every((value) => value === undefined);
  if (isRequest) return { method: request.verb, target: request.target };
  const { confirm = [], scope = {} } = more;
  return { method: 'apply', target: [...confirm, ...(scope.service ?? []), ...(scope.stage ?? [])].join(' ') };
}

/** Definitions and specs are whole files: their names are enough for the audit. */
function toldOf({ adopt, change, ...rest }: PassOrder): object {
  return {
    ...rest,
    ...(change === undefined ? {} : { change: change.path }),
    ...(adopt === undefined ? {} : { adopt: adopt.map(({ name, slot }) => `${name} as ${slot}`) }),
  };
}

/** Where it asks: a yes or no to each plan that is shown. Silence is a no. */
function applied(
  service: AgentService,
  of: Caller,
  { asks, order, rest }: Begin & { readonly rest: AsyncIterator<unknown> },
): AsyncIterable<PassProgress> {
  const approve = async (_ask: PassAsk): Promise<boolean> => {
    const said = await rest.next();
    return said.done !== true && read(q.approval, said.value).approved;
  };
  return service.apply(of, order, asks ? approve : undefined);
}

function executed(
  service: AgentService,
  of: Caller,
  { order, rest }: { readonly order: ExecOrder; readonly rest: AsyncIterator<unknown> },
): AsyncIterable<ExecOutput> {
  return service.exec(of, order, inputOf(rest));
}

async function* inputOf(rest: AsyncIterator<unknown>): AsyncGenerator<ExecInput, void, undefined> {
  for (let said = await rest.next(); said.done !== true; said = await rest.next()) yield read(q.input, said.value);
}
