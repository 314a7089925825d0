import type { Desired, Observed, Plan } from '@reconcile/core';
import { narrow } from '@reconcile/core/plan';
import type { Registry } from '@reconcile/registry';
import type { Loaded } from '../desired/model.ts';
import type { Reached } from '../ingress/reach.ts';
import { nextSlice, type PassInput, type PassOutcome, passAsWriter } from '../pass/as-writer.ts';
import { fetchSource, takeChange } from '../request/source.ts';
import type { PassOrder, PassResult, PassSource } from '../service/order.ts';
import { planMovedOn } from '../subject/moved.ts';
import { scopeOf } from '../subject/scope.ts';
import { type Asked, concludeRequest, writeRequest } from './ask.ts';
import type { OrderContext, OrderListener } from './context.ts';
import { OrderTrial } from './trial.ts';

/** The pass as its writer makes it: with the daemon's warm parts, or from nothing. */
export type MakePass = (input: PassInput, registry: Registry) => Promise<PassOutcome>;

/**
 * Carries an order out as the node's single writer: fetches or takes a change, writes a request down, then passes, narrowed as
 * ordered. @throws PLAN_MOVED NO_SERVICE NO_STAGE SOURCE_NOTHING SOURCE_BEHIND REQUEST_UNKNOWN CONFIRM_*, and
 * what drivers refuse
 */
export async function carryOutOrder(
  cx: OrderContext,
  { listener, order, registry }: { listener: OrderListener; order: PassOrder; registry: Registry },
  make: MakePass = passAsWriter,
): Promise<PassResult> {
  const pass = beyondWindows(make, cx.signal);
  const trial = new OrderTrial(cx, order, registry);
  const { planId, request } = order;
  let asked: Asked | undefined;
  let concluded: PassResult['request'];
  let saved: PassResult['data'];
  const outcome = await pass(
    {
      ...cx,
      confirm: order.confirm ?? [],
      acknowledged: order.acceptHistory === true,
      again: trial.again,
      ...(order.trial?.ref === undefined ? {} : { ref: order.trial.ref }),
      scope: (made, desired) => scoped(made, desired, order),
      emit: (event) => listener.event(event),
      approve: async (made, { loaded, observed }) => {
        if (planId !== undefined && planId !== made.id) throw planMovedOn(planId, made);
        const isMeant = await listener.approve({ plan: made, observedAt: observed.at, source: sourceOf(loaded) });
        if (isMeant) await trial.approved(made);
        return isMeant;
      },
      record: async (writing) => {
        await trial.begin();
        await bringSource(cx, order, listener);
        if (order.adopt !== undefined) await adopt(cx, writing, order.adopt);
        if (request === undefined) return;
        asked = await writeRequest(cx, writing, request);
        const { wasHeld } = asked;
        listener.note({
          type: 'asked',
          id: asked.request?.id ?? '',
          ...(wasHeld === undefined ? {} : { wasHeld }),
        });
      },
      conclude: async (writing, { approved, desired, observed }) => {
        if (approved) await trial.taken();
        if (order.data !== undefined) {
          const { carryOutData } = await import('../data/index.ts');
          const containerOf = runningIn(observed);
          saved = await carryOutData({ ...cx, registry: writing, desired, containerOf }, order.data);
        }
        if (request !== undefined && asked !== undefined)
          concluded = await concludeRequest(cx, writing, { asked, verb: request.verb });
      },
    },
    registry,
  );
  if (planId !== undefined && planId !== outcome.first.id) throw planMovedOn(planId, outcome.first);
  const reached = await askByName(cx, outcome, order);
  const standing = await trial.standing();
  return {
    ...resultOf(outcome, concluded),
    ...(saved === undefined ? {} : { data: saved }),
    ...(reached === undefined ? {} : { reached }),
    ...(standing === undefined ? {} : { trial: standing }),
  };
}

/** Where a window ended under a pass, what was in hand has ended, and another pass brings back what was before. */
function beyondWindows(make: MakePass, signal: AbortSignal): MakePass {
  return async (input, registry) => {
    let outcome = await make(input, registry);
    const { first } = outcome;
    while (outcome.yielded && !signal.aborted) outcome = { ...(await make(nextSlice(input), registry)), first };
    return outcome;
  };
}

/** A DNS server reads a new name in a moment, a proxy has it already; whoever waits, waits no longer than this, ms. */
const byNameWithinMs = 10_000;

async function askByName(
  { config, host, signal }: OrderContext,
  { approved, desired, last, observed }: PassOutcome,
  { byName }: PassOrder,
): Promise<readonly Reached[] | undefined> {
  const isDone = approved && last.actions.length === 0 && last.held.length === 0 && last.waiting.length === 0;
  if (byName === undefined || !isDone) return undefined;
  const { reachService } = await import('../ingress/reach.ts');
  const sight = { config, host, desired, observed, plan: last };
  return reachService(sight, { service: byName, withinMs: byNameWithinMs, signal });
}

/** A request narrows to what it is about; a change may take a service away from here, so that its name means nothing any more. */
function scoped(made: Plan, desired: Desired, { adopt: taken, change, data, request, scope = {} }: PassOrder): Plan {
  if (data !== undefined) return narrow(made, { services: [] });
  if (taken !== undefined) return narrow(made, { services: taken.map(({ slot }) => slot) });
  if (request !== undefined) return narrow(made, { services: [request.target] });
  if (change !== undefined) return narrow(made, { services: scope.service ?? [] });
  return scopeOf(desired, scope)(made);
}

/** Which container fills a slot and runs. */
function runningIn({ resources }: Observed): (slot: string) => string | undefined {
  const running = Object.values(resources).filter(
    ({ kind, state }) => kind === 'container' && (state as { phase?: string }).phase === 'running',
  );
  return (slot) => running.find((one) => one.slot === slot)?.key.slice('container/'.length);
}

async function adopt(cx: OrderContext, writing: Registry, taken: NonNullable<PassOrder['adopt']>): Promise<void> {
  const { writeAdoptions } = await import('../adopt/write.ts');
  await writeAdoptions(writing, taken, cx.host.clock.now());
}

async function bringSource(cx: OrderContext, { change, fetch }: PassOrder, listener: OrderListener): Promise<void> {
  if (change !== undefined) return takeChange(cx, change);
  if (fetch !== true) return;
  const trouble = await fetchSource(cx);
  if (trouble === undefined) return;
  listener.note({ type: 'behind', problem: trouble.problem, message: trouble.message, hint: trouble.hint });
}

function resultOf(outcome: PassOutcome, request: PassResult['request']): PassResult {
  const { approved, done, failed, first, last, loaded, turns } = outcome;
  return {
    first,
    last,
    approved,
    turns,
    done: done.map(({ id }) => id),
    failed: [...failed].map(([id, { code, message }]) => ({ id, code, message })),
    source: sourceOf(loaded),
    ...(request === undefined ? {} : { request }),
  };
}

/** What a person has to know of where desired state came from. */
export function sourceOf({ commit, desired, diagnostics, trouble, warnings }: Loaded): PassSource {
  return {
    commit: commit === undefined ? undefined : { ...pickCommit(commit) },
    trouble,
    diagnostics,
    warnings,
    stages: desired?.stages.map(({ name }) => name) ?? [],
    absences: desired?.absences ?? [],
  };
}

function pickCommit({ at, author, commit, message }: NonNullable<Loaded['commit']>) {
  return { commit, message, author, at };
}
