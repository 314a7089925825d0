import { listEvents, listHistory } from '@reconcile/registry';
import type { AgentCore } from '../daemon/core.ts';
import { fail } from '../daemon/errors.ts';
import {
  certificatesDocument,
  explained,
  nodeDocument,
  planDocument,
  recordsDocument,
  routesDocument,
  type Sight,
  serviceDocument,
  servicesDocument,
} from '../documents/index.ts';
import { execute } from '../exec/index.ts';
import { checkRequest } from '../order/index.ts';
import { plainName } from '../subject/index.ts';
import type { AgentService, Caller } from './contract.ts';
import { serviceLogs } from './logs.ts';
import type { PassAsk, PassOrder, PassProgress, PassResult } from './order.ts';
import { Telling } from './telling.ts';

/** How often somebody may say yes to a plan that is another one by then. */
const mostQuestions = 5;

/** The contract over a running agent. `reload` reads node.toml again. */
export function agentService(core: AgentCore, reload: () => Promise<void>): AgentService {
  const sight = (): Sight => {
    const { look } = core.passes;
    if (look === undefined) {
      const why = core.passes.last?.problem;
      throw fail('NOTHING_SEEN', {
        message: `tell about ${core.config.node}`,
        ...(why === undefined ? {} : { actual: why.message }),
        ...(why?.hint === undefined ? {} : { hint: why.hint }),
      });
    }
    return { config: core.config, host: core.host, registry: core.registry, ...look };
  };
  const plain = (name: string) => plainName(name, core.config.node);

  return {
    state: async () => core.state(),
    node: async () => nodeDocument(sight()),
    services: async (_of, names) => servicesDocument(sight(), names),
    service: async ({ signal }, name) => serviceDocument(sight(), name, signal),
    explain: async ({ signal }, name) => (await explained(sight(), name, signal)).document,
    async plan(_of, query = {}) {
      if (query.fresh === true) await core.look();
      const { loaded, seen } = sight();
      return { ...planDocument(seen.plan, loaded, seen), lookedAt: seen.observed.at };
    },
    routes: async () => routesDocument(sight()),
    certificates: async () => certificatesDocument(sight()),
    records: async () => recordsDocument(sight()),
    history: async (_of, { limit = 30, name } = {}) =>
      core.registry.read((rows) => listHistory(rows, { limit, ...(name === undefined ? {} : { slot: plain(name) }) })),
    events: async (_of, { after, limit = 50, name } = {}) =>
      core.registry.read((rows) =>
        listEvents(rows, {
          limit,
          ...(name === undefined ? {} : { slot: plain(name) }),
          ...(after === undefined ? {} : { after }),
        }),
      ),
    watch: ({ signal }, query = {}) => core.news.watch(signal, query.after),
    logs: ({ signal }, query) => serviceLogs(sight(), query, signal),
    health: async (_of, slot) => core.healthOf(slot),
    healthOfAll: async (_of, { samples }) => core.healthOfAll(samples),
    apply: (of, order, approve) => applied(core, { of, order, approve }),
    exec: ({ signal }, order, input) => execute(sight(), { host: core.host, order, input, signal }),
    override: async ({ by }, order) => core.override(by, order),
    reload: async () => reload(),
  };
}

interface Applying {
  readonly of: Caller;
  readonly order: PassOrder;
  readonly approve: ((ask: PassAsk) => Promise<boolean>) | undefined;
}

/** A caller who goes away while nothing was approved yet takes the order along; afterwards it is carried out all the same. */
async function* applied(core: AgentCore, applying: Applying): AsyncGenerator<PassProgress> {
  const { request } = applying.order;
  const { desired } = core.passes.look?.loaded ?? {};
  if (request !== undefined && desired !== undefined) checkRequest(desired, request);
  const telling = new Telling<PassProgress>();
  carryOut(core, applying, telling).then(
    (result) => {
      telling.tell({ kind: 'result', result });
      telling.end();
    },
    (error: unknown) => telling.fail(error),
  );
  yield* telling;
}

/**
 * Where somebody wants to be asked, the plan is made first, and while they think the node goes on; what they said yes to is done
 * only if it is still the plan.
 */
async function carryOut(core: AgentCore, applying: Applying, telling: Telling<PassProgress>): Promise<PassResult> {
  const { approve, of } = applying;
  let { order } = applying;
  const run = (given: PassOrder, decide: (ask: PassAsk) => boolean) =>
    core.order(of.by, given, {
      note: (note) => telling.tell({ kind: 'note', note }),
      event: (event) => telling.tell({ kind: 'event', event }),
      approve: async (ask) => decide(ask),
    });
  const show = (ask: PassAsk) => telling.tell({ kind: 'plan', ask });
  if (approve === undefined)
    return run(order, (ask) => {
      show(ask);
      return true;
    });
  for (let asked = 1; ; asked++) {
    let ask: PassAsk | undefined;
    const looked = await run(order, (made) => {
      ask = made;
      return false;
    });
    // Nothing to ask about: it is done already, as far as there was something to do.
    if (ask === undefined) return looked;
    show(ask);
    if (!(await approve(ask)) || of.signal.aborted) return looked;
    const { change: _change, fetch: _fetch, ...rest } = order;
    order = rest;
    try {
      return await run({ ...order, planId: ask.plan.id }, () => true);
    } catch (error) {
      const hasMoved = error instanceof Error && 'code' in error && error.code === 'PLAN_MOVED';
      if (!hasMoved || applying.order.planId !== undefined || asked >= mostQuestions) throw error;
    }
  }
}
