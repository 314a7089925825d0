import type { RpcClient } from '@reconcile/rpc/client';
import type { AgentEvent, AgentService, LogChunk } from '../service/contract.ts';
import type { ExecInput, ExecOrder, ExecOutput } from '../service/exec.ts';
import type { PassAsk, PassOrder, PassProgress } from '../service/order.ts';

const answerTimeoutMs = 30_000;

/** A running agent, asked over its socket. `by` of a caller does not go along: who opened the socket is known there. */
export function remoteService(client: RpcClient): AgentService {
  type Method = Parameters<RpcClient['ask']>[0];
  const ask = async <T>(method: Method, signal: AbortSignal, question: unknown = {}): Promise<T> =>
    (await client.ask(method, question, { signal, timeoutMs: answerTimeoutMs })) as T;
  return {
    state: ({ signal }) => ask('State', signal),
    node: ({ signal }) => ask('Node', signal),
    services: ({ signal }, names) => ask('Services', signal, names === undefined ? {} : { names }),
    service: ({ signal }, name) => ask('Service', signal, { name }),
    explain: ({ signal }, name) => ask('Explain', signal, { name }),
    plan: ({ signal }, query = {}) => ask('Plan', signal, query),
    routes: ({ signal }) => ask('Routes', signal),
    certificates: ({ signal }) => ask('Certificates', signal),
    records: ({ signal }) => ask('Records', signal),
    history: ({ signal }, query = {}) => ask('History', signal, query),
    events: ({ signal }, query = {}) => ask('Events', signal, query),
    watch: ({ signal }, query = {}) => client.follow('Watch', query, signal) as AsyncIterable<AgentEvent>,
    logs: ({ signal }, query) => client.follow('Logs', query, signal) as AsyncIterable<LogChunk>,
    health: async ({ signal }, slot) => (await ask<never>('Health', signal, { slot })) ?? undefined,
    healthOfAll: ({ signal }, { samples }) => ask('Health', signal, { samples }),
    apply: ({ signal }, order, approve) => applied(client, { signal, order, approve }),
    exec: ({ signal }, order, input) => executed(client, { signal, order, input }),
    override: ({ signal }, order) => ask('Override', signal, order),
    reload: async ({ signal }) => void (await ask('Reload', signal)),
  };
}

interface Applying {
  readonly signal: AbortSignal;
  readonly order: PassOrder;
  readonly approve: ((ask: PassAsk) => Promise<boolean>) | undefined;
}

async function* applied(client: RpcClient, { approve, order, signal }: Applying): AsyncGenerator<PassProgress> {
  const talk = client.converse('Apply', signal);
  await talk.say({ order, asks: approve !== undefined });
  for await (const item of talk.answers) {
    const progress = item as PassProgress;
    yield progress;
    if (progress.kind === 'plan' && approve !== undefined) await talk.say({ approved: await approve(progress.ask) });
    if (progress.kind === 'result') talk.end();
  }
}

interface Executing {
  readonly signal: AbortSignal;
  readonly order: ExecOrder;
  readonly input: AsyncIterable<ExecInput>;
}

async function* executed(client: RpcClient, { input, order, signal }: Executing): AsyncGenerator<ExecOutput> {
  const talk = client.converse('Exec', signal);
  const feed = async () => {
    await talk.say(order);
    for await (const one of input) await talk.say(one);
    talk.end();
  };
  // What cannot be said any more is of no use: how the call ended is told by its answers.
  feed().catch(() => talk.end());
  yield* talk.answers as AsyncIterable<ExecOutput>;
}
