import type { PlanInput } from '../model/contract.ts';
import { digest } from '../model/digest.ts';
import type { Json } from '../model/json.ts';
import type { Action, Barrier, Hold, Plan, Wait } from '../model/plan.ts';
import { bindSlots } from './bind.ts';
import { Claims } from './claims.ts';
import { addParts, classifyMutable, spreadRebuilds } from './classify.ts';
import { effective } from './effective.ts';
import { giveWay } from './give-way.ts';
import { guard } from './guard.ts';
import { type Graph, link, type Node, tidyLast } from './link.ts';
import { order } from './order.ts';
import { overridesEnd, withLocalStops } from './overrides.ts';
import { chooseRollouts, rollReplicas } from './rollout.ts';
import { Stages } from './stages.ts';
import { countKinds, earliest, nextLooks, stageOf, summarize } from './summary.ts';
import { setAsideUnmanaged } from './unmanaged.ts';
import { parkUnwell } from './unwell.ts';
import { Users } from './users.ts';
import { closeWaits, type Lookups } from './waits.ts';
import { World } from './world.ts';

/** Bindings settle in one or two rounds; this only bounds a bug. */
const mostRounds = 16;

/**
 * Desired and observed in, everything that is to be done, held or waited for out. Pure, total and deterministic: the same
 * input in any order gives the same bytes. @throws PLAN_CYCLE on a bug.
 */
export function plan(given: PlanInput): Plan {
  const input = withLocalStops(given);
  const kinds = new Map(input.kinds.map((kind) => [kind.kind, kind]));
  const wanted = effective(input, kinds);
  const world = new World(input, kinds, Object.values(wanted.resources));

  const unmanaged = setAsideUnmanaged(world);
  bindSlots(world);
  addParts(world);
  const lookups = settle(world);
  chooseRollouts(world, lookups.claims, lookups.users);
  parkUnwell(world);

  const linked = link(world, lookups.stages, lookups.users);
  const guarded = guard(world, linked, lookups.users);
  const waiting = [...refused(input), ...waitsOf(world), ...guarded.waits].sort(byKey);
  const held = [...wanted.held, ...guarded.held].sort((a, b) => (a.id < b.id ? -1 : 1));
  const graph = tidyLast(guarded.graph, waiting.length === 0 && held.length === 0);
  const actions = order(graph).map(toAction);
  const barriers = usedBarriers(actions, graph.barriers);
  const wakeAt = earliest([
    ...waiting.map((wait) => wait.until),
    ...nextLooks(world),
    ...overridesEnd(input),
    input.desired.trial?.until,
  ]);
  return {
    version: 1,
    id: planId(actions, held),
    node: input.desired.node,
    generation: input.desired.generation,
    commit: input.desired.commit,
    actions,
    barriers,
    held,
    waiting,
    changes: summarize(world, graph.nodes),
    unmanaged,
    rolledBack: wanted.rolledBack,
    counts: countKinds(world),
    ...(wakeAt === undefined ? {} : { wakeAt }),
  };
}

/** Compares what depends on bindings, closes waiting, and again while that changed a binding. */
function settle(world: World): Lookups {
  for (let round = 1; ; round++) {
    classifyMutable(world);
    if (round === 1) {
      spreadRebuilds(world);
      rollReplicas(world);
    }
    const lookups: Lookups = { claims: new Claims(world), stages: new Stages(world), users: new Users(world) };
    giveWay(world, lookups.claims);
    if (!closeWaits(world, lookups) || round >= mostRounds) return lookups;
  }
}

function toAction(node: Node): Action {
  const { draft, step } = node;
  return {
    id: node.id,
    key: draft.key,
    slot: draft.slot,
    services: draft.services,
    kind: draft.kind,
    verb: step.verb,
    phase: step.phase,
    needs: [...node.needs].sort(),
    args: step.args,
    risk: step.risk,
    reason: step.reason ?? draft.reason,
    timeoutMs: step.timeoutMs,
    ...(draft.desired?.stage === undefined ? {} : { stage: draft.desired.stage }),
  };
}

/** Barriers that some action waits behind, with those below them. */
function usedBarriers(actions: readonly Action[], all: Graph['barriers']): Barrier[] {
  const used = new Set<string>();
  const stack = actions.flatMap((action) => action.needs);
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    const needs = all.get(id);
    if (needs === undefined || used.has(id)) continue;
    used.add(id);
    stack.push(...needs);
  }
  return [...used].sort().map((id) => ({ id, needs: [...(all.get(id) ?? [])].sort() }));
}

function waitsOf(world: World): Wait[] {
  const waits: Wait[] = [];
  for (const target of world.drafts.values()) {
    if (target.wait === undefined || world.ownerOf(target.key, target.def) !== undefined) continue;
    const stage = stageOf(world, target);
    waits.push(stage === undefined ? target.wait : { ...target.wait, stage });
  }
  return waits;
}

/** Definitions this node's policy does not allow. */
function refused({ desired }: PlanInput): Wait[] {
  return desired.refusals.map((refusal): Wait => {
    const stage = desired.services[refusal.service]?.stage;
    return {
      code: 'PolicyRefused',
      key: `policy/${refusal.slot}`,
      slot: refusal.slot,
      services: [refusal.service],
      on: refusal.code,
      message: refusal.message,
      ...(stage === undefined ? {} : { stage }),
    };
  });
}

function byKey(a: Wait, b: Wait): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : a.code < b.code ? -1 : 1;
}

/** Over actions and holds, without times: what `apply PLAN` compares. */
export function planId(actions: readonly Action[], held: readonly Hold[]): string {
  const lines = actions.map((action) => `${action.id} ${action.needs.join(',')} ${argsId(action.args)}`);
  return digest([...lines, ...held.map((hold) => hold.id)].join('\n')).slice(0, 8);
}

/**
 * Arguments without the instants that only say when something died, and with a spec by its hash. Plain JSON.stringify: each
 * kind builds its arguments in one place, so their keys come in one order.
 */
function argsId(args: Json): string {
  if (args === null || typeof args !== 'object' || Array.isArray(args)) return JSON.stringify(args);
  const { diedAt: _died, spec, ...rest } = args as Record<string, Json>;
  return JSON.stringify('specHash' in rest || spec === undefined ? rest : { ...rest, spec });
}
