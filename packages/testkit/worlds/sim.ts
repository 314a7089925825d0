import {
  type Action,
  type Attempt,
  clashes,
  type Desired,
  emptyHistory,
  type History,
  type KindDefinition,
  type LastGood,
  type Observed,
  type Plan,
  type Resource,
  type SlotHistory,
} from '@reconcile/core';
import { kinds } from '@reconcile/core/kinds';
import type { AwaitArgs, ContainerSpec, ContainerState, SnapshotArgs } from '@reconcile/core/kinds/container';
import type { RouteState } from '@reconcile/core/kinds/route';
import { attemptKey, plan, simulate } from '@reconcile/core/plan';

// Carries plans out on the pure model: what engine and journal do to the world and to history, without either.

export const kindMap = new Map(kinds.map((kind) => [kind.kind, kind])) as ReadonlyMap<string, KindDefinition>;
export const allKinds = kinds.map((kind) => kind.kind);

export interface Sim {
  readonly observed: Observed;
  readonly history: History;
}

export function emptySim(bootId = 'boot-1'): Sim {
  return {
    observed: { node: 'rift', at: 1_000_000_000_000, bootId, resources: {}, blind: {}, busy: [] },
    history: emptyHistory,
  };
}

export interface SimRules {
  /** Kinds that a driver runs; all of them unless told. */
  readonly served?: readonly string[];
  /** Specs that never become ready. */
  readonly bad?: (action: Action, desired: Desired) => boolean;
  /** Actions that fail: before their effect, or after it (the effect is there, nobody wrote it down). */
  readonly fails?: (action: Action) => 'before' | 'after' | undefined;
  /** Called after each action with the world as it then is. */
  readonly watch?: (sim: Sim, action: Action) => void;
}

export function planOn(sim: Sim, desired: Desired, served: readonly string[] = allKinds): Plan {
  return plan({ desired, observed: sim.observed, kinds, history: sim.history, now: sim.observed.at, served });
}

/** Carries out the first `limit` actions of a plan; what needs a failed one is skipped. */
export function carryOut(sim: Sim, desired: Desired, made: Plan, rules: SimRules & { limit?: number } = {}): Sim {
  let now = sim;
  const failed = new Set<string>();
  const barriers = new Map(made.barriers.map((barrier) => [barrier.id, barrier.needs]));
  const lost = (need: string): boolean => failed.has(need) || (barriers.get(need)?.some(lost) ?? false);
  for (const action of made.actions.slice(0, rules.limit ?? made.actions.length)) {
    if (action.needs.some(lost)) {
      failed.add(action.id);
      continue;
    }
    const isBad = action.verb === 'await' && rules.bad?.(action, desired) === true;
    const failure = isBad ? undefined : rules.fails?.(action);
    if (failure !== undefined) {
      failed.add(action.id);
      now = fail(now, action, failure);
    } else if (isBad) {
      failed.add(action.id);
      now = expire(now, action);
    } else {
      now = { observed: simulate(now.observed, action, kindMap), history: recordDone(now, desired, action) };
    }
    rules.watch?.(now, action);
  }
  return now;
}

/** Plans and carries out until nothing is left to do, or `turns` are used up. Waits with a time let the clock pass. */
export function converge(
  sim: Sim,
  desired: Desired,
  rules: SimRules & { turns?: number } = {},
): { sim: Sim; plan: Plan; turns: number } {
  let now = sim;
  const most = rules.turns ?? 30;
  for (let turn = 0; ; turn++) {
    let made = planOn(now, desired, rules.served);
    for (let i = 0; i < 5 && made.actions.length === 0 && made.wakeAt !== undefined; i++) {
      now = { ...now, observed: { ...now.observed, at: Math.max(now.observed.at, made.wakeAt) + 1 } };
      made = planOn(now, desired, rules.served);
    }
    if (made.actions.length === 0 || turn >= most) return { sim: now, plan: made, turns: turn };
    now = carryOut(now, desired, made, rules);
  }
}

function fail(sim: Sim, action: Action, when: 'before' | 'after'): Sim {
  const key = attemptKey(action);
  const before = sim.history.attempts[key];
  const observed = when === 'after' ? simulate(sim.observed, action, kindMap) : sim.observed;
  const attempt: Attempt = {
    of: action.key,
    failures: before?.of === action.key ? before.failures + 1 : 1,
    lastAt: observed.at,
    code: 'TEST',
    message: 'made to fail',
  };
  return { observed, history: { ...sim.history, attempts: { ...sim.history.attempts, [key]: attempt } } };
}

function slotOf(history: History, slot: string): SlotHistory {
  return history.slots[slot] ?? { readySinceBoot: false, knownBad: [], deaths: [], reverts: [] };
}

function recordDone(sim: Sim, desired: Desired, action: Action): History {
  const { history, observed } = sim;
  const attempts: Record<string, Attempt> = { ...history.attempts };
  delete attempts[action.key];
  if (action.kind === 'image' && action.verb === 'delete') return { ...history, attempts };
  if (action.kind === 'image') {
    const after = simulate(observed, action, kindMap).resources[action.key];
    const imageId = (after?.state as { imageId?: string } | undefined)?.imageId ?? '';
    return { ...history, attempts, pins: { ...history.pins, [action.key.slice('image/'.length)]: { imageId } } };
  }
  if (action.kind === 'container' && action.verb !== 'await')
    return { ...history, attempts, slots: toldOf(history, action, simulate(observed, action, kindMap).at) };
  if (action.kind !== 'container') return { ...history, attempts };
  delete attempts[action.slot];
  const resource = findResource(sim, desired, action);
  const { gateExpired: _expired, undo: _undo, ...slot } = slotOf(history, action.slot);
  if (resource === undefined) return { ...history, attempts };
  const lastGood: LastGood = {
    resource: { ...resource, key: action.key },
    imageId: (action.args as unknown as AwaitArgs).imageId,
    needs: resource.references.flatMap((ref) =>
      'key' in ref && !ref.key.startsWith('job/')
        ? (desired.resources[ref.key] ?? needed(slot.lastGood, ref.key) ?? [])
        : [],
    ),
    at: observed.at,
  };
  return {
    ...history,
    attempts,
    slots: { ...history.slots, [action.slot]: { ...slot, readySinceBoot: true, lastGood } },
  };
}

/** What is known of stops and of saved data, as the registry would write it down. */
function toldOf({ slots }: History, action: Action, at: number): History['slots'] {
  const { undo, ...slot } = slots[action.slot] ?? { readySinceBoot: false, knownBad: [], deaths: [], reverts: [] };
  const args = action.args as unknown as SnapshotArgs;
  switch (action.verb) {
    case 'snapshot': {
      const saved = { specHash: args.specHash, snapshot: args.snapshot, started: false };
      return { ...slots, [action.slot]: { ...slot, undo: saved } };
    }
    case 'restore':
      return { ...slots, [action.slot]: slot };
    case 'stop':
      return { ...slots, [action.slot]: { ...slot, ...(undo === undefined ? {} : { undo }), stoppedAt: at } };
    case 'start':
      if (undo?.specHash !== args.specHash) return slots;
      return { ...slots, [action.slot]: { ...slot, undo: { ...undo, started: true } } };
    default:
      return slots;
  }
}

function needed(good: LastGood | undefined, key: string): Resource | undefined {
  return good?.needs.find((resource) => resource.key === key);
}

/** The resource an await was about: desired, or the last good one it was rolled back to. */
function findResource(sim: Sim, desired: Desired, action: Action): Resource | undefined {
  const { specHash } = action.args as unknown as AwaitArgs;
  const wanted = Object.values(desired.resources).find((r) => r.slot === action.slot && r.kind === 'container');
  if (wanted?.specHash === specHash) return wanted;
  const good = sim.history.slots[action.slot]?.lastGood?.resource;
  return good?.specHash === specHash ? good : wanted;
}

function expire(sim: Sim, action: Action): Sim {
  const { history, observed } = sim;
  const args = action.args as unknown as AwaitArgs;
  const slot = slotOf(history, action.slot);
  const at = observed.at;
  const gateExpired = { key: action.key, at, reason: 'never ready' };
  const seen = observed.resources[action.key];
  const resources =
    seen === undefined
      ? observed.resources
      : { ...observed.resources, [action.key]: { ...seen, health: 'unhealthy' as const } };
  const next: Observed = { ...observed, at: at + args.deadlineMs, resources };
  if (args.replacement) {
    const knownBad = [...slot.knownBad, { specHash: args.specHash, imageId: args.imageId, reason: 'never ready', at }];
    return {
      observed: next,
      history: { ...history, slots: { ...history.slots, [action.slot]: { ...slot, gateExpired, knownBad } } },
    };
  }
  const before = history.attempts[action.slot];
  const attempt: Attempt = {
    of: action.key,
    failures: before?.of === action.key ? before.failures + 1 : 1,
    lastAt: next.at,
    code: 'GATE_EXPIRED',
    message: 'never ready',
  };
  return {
    observed: next,
    history: {
      ...history,
      attempts: { ...history.attempts, [action.slot]: attempt },
      slots: { ...history.slots, [action.slot]: { ...slot, gateExpired } },
    },
  };
}

/** After a reboot: everything stopped, nothing ready, leases and marks kept. */
export function reboot(sim: Sim): Sim {
  const resources = Object.fromEntries(
    Object.entries(sim.observed.resources).map(([key, resource]) => {
      if (resource.kind !== 'container') return [key, resource];
      const state = resource.state as unknown as ContainerState;
      return [
        key,
        { ...resource, health: 'none' as const, state: { ...state, phase: 'created', pid: 0, alive: false } as never },
      ];
    }),
  );
  const slots = Object.fromEntries(
    Object.entries(sim.history.slots).map(([slot, h]) => [slot, { ...h, readySinceBoot: false }]),
  );
  return {
    observed: { ...sim.observed, bootId: `${sim.observed.bootId}+`, resources },
    history: { ...sim.history, slots, stagesSince: {} },
  };
}

/** Pairs of running containers that hold what excludes each other; empty in every world that may exist. */
export function overlaps(observed: Observed): string[] {
  const up = Object.values(observed.resources).filter(
    (r) =>
      r.kind === 'container' && r.owner === 'managed' && (r.state as unknown as ContainerState).phase === 'running',
  );
  const found: string[] = [];
  for (const [i, a] of up.entries()) {
    for (const b of up.slice(i + 1)) {
      for (const claim of a.claims) {
        if (claim.scope === 'slot' && a.slot !== b.slot) continue;
        if (b.claims.some((other) => clashes(claim, other)))
          found.push(`${a.key} and ${b.key} both hold ${claim.value}`);
      }
    }
  }
  return found;
}

/** Routes that send requests to a container that is not up, without being parked; empty in every orderly change. */
export function deadEnds(observed: Observed): string[] {
  const answering = new Set<string>();
  for (const r of Object.values(observed.resources)) {
    if (r.kind !== 'container') continue;
    const state = r.state as unknown as ContainerState;
    if (state.phase === 'running')
      for (const fact of state.ports) answering.add(`127.0.0.1:${fact.split('/')[2] ?? ''}`);
    const spec = r.spec as unknown as ContainerSpec | undefined;
    if (state.phase !== 'running' || spec?.network !== 'host') continue;
    const leases = Object.values(observed.resources).filter((l) =>
      l.key.startsWith(`port-lease/${r.key.slice('container/'.length)}/`),
    );
    for (const lease of leases) answering.add(`127.0.0.1:${(lease.state as unknown as { port: number }).port}`);
  }
  return Object.values(observed.resources).flatMap((r) => {
    if (r.kind !== 'route') return [];
    const state = r.state as unknown as RouteState;
    return state.parked
      ? []
      : state.targets.filter((target) => !answering.has(target)).map((target) => `${r.key} leads to ${target}`);
  });
}

/**
 * Names made before, or left behind, their routes: after an action on the record all its routes are there, and while a record
 * that nothing wants is there so are its routes. One that is still wanted stays while its route moves.
 */
export function strayNames(observed: Observed, desired: Desired, action: Action): string[] {
  return Object.values(observed.resources).flatMap((r) => {
    if (r.kind !== 'record' || r.owner !== 'managed') return [];
    if (r.key !== action.key && desired.resources[r.key] !== undefined) return [];
    return r.references.flatMap((ref) =>
      'key' in ref && observed.resources[ref.key] === undefined ? [`${r.key} without ${ref.key}`] : [],
    );
  });
}
