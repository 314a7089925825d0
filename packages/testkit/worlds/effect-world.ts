import {
  type Action,
  type ActionFailure,
  type ApplyContext,
  type Desired,
  type Driver,
  emptyHistory,
  type Facts,
  FleetError,
  type History,
  type Journal,
  type LedgerView,
  type Locus,
  type ObserveContext,
  type Observed,
  type Plan,
  type SlotHistory,
} from '@reconcile/core';
import { kinds } from '@reconcile/core/kinds';
import type { AwaitArgs, ContainerState } from '@reconcile/core/kinds/container';
import { attemptKey, awaitedStages, simulate } from '@reconcile/core/plan';
import type { Memory } from '@reconcile/engine';
import type { Host, ReadHost } from '@reconcile/host';
import { kindMap } from './sim.ts';

/** What goes wrong in an effect world. Faults are configuration here, never mocks in a test's body. */
export interface EffectFaults {
  /** Container names whose probe never succeeds. */
  readonly neverReady?: (name: string) => boolean;
  /** Actions that throw, before or after their effect. */
  readonly breaks?: (action: Action) => 'before' | 'after' | undefined;
  /** Exit code of a job's run; default 0. */
  readonly jobEndsWith?: (slot: string) => number;
  /** Runs of jobs that go on until they are left. */
  readonly goesOn?: (slot: string) => boolean;
  /** Actions that never return. */
  readonly hangs?: (action: Action) => boolean;
}

export const emptyLedger: LedgerView = {
  containers: {},
  leases: {},
  pins: {},
  secrets: {},
  volumes: {},
  jobs: {},
  notes: {},
};

const unknownSlot: SlotHistory = { readySinceBoot: false, knownBad: [], deaths: [], reverts: [] };

/**
 * A node whose drivers are the kinds' own effects: what the planner believes, made true. For engine tests without podman;
 * the contract suite is what keeps those effects honest.
 */
export class EffectWorld {
  observed: Observed;
  readonly applied: string[] = [];
  readonly #faults: EffectFaults;

  constructor(observed: Observed, faults: EffectFaults = {}) {
    this.observed = observed;
    this.#faults = faults;
  }

  driver(): Driver<ReadHost, Host> {
    return {
      name: 'effect',
      serves: kinds.map((kind) => kind.kind),
      observe: async (_cx: ObserveContext<ReadHost>) => ({ resources: Object.values(this.observed.resources) }),
      apply: (cx, action) => this.#apply(cx, action),
      locate: async (_cx, key) => this.#locate(key),
      exec: async (_cx, key) => {
        const healthy = this.#faults.neverReady?.(key.slice('container/'.length)) !== true;
        return { healthy, message: healthy ? 'well' : 'made never ready', durationMs: 0 };
      },
    };
  }

  async #apply(cx: ApplyContext<Host>, action: Action): Promise<Facts | undefined> {
    if (this.#faults.hangs?.(action) === true) await new Promise(() => undefined);
    if (action.verb === 'run' && this.#faults.goesOn?.(action.slot) === true) await leftBy(cx.leaves);
    const broken = this.#faults.breaks?.(action);
    if (broken === 'before') throw new FleetError('TEST_BROKEN', 'backoff', { message: `made to fail: ${action.id}` });
    const at = cx.host.clock.now();
    this.observed = simulate({ ...this.observed, at }, action, kindMap);
    this.applied.push(action.id);
    if (broken === 'after') throw new FleetError('TEST_BROKEN', 'backoff', { message: `made to fail: ${action.id}` });
    if (action.verb === 'run') return this.#ended(action, this.#faults.jobEndsWith?.(action.slot) ?? 0);
    const after = this.observed.resources[action.key]?.state as { imageId?: string } | undefined;
    return action.kind === 'image' && after?.imageId !== undefined ? { imageId: after.imageId } : undefined;
  }

  #ended({ key }: Action, exitCode: number): Facts {
    const ran = this.observed.resources[key];
    if (ran !== undefined) {
      const state = { ...(ran.state as object), exitCode };
      this.observed = { ...this.observed, resources: { ...this.observed.resources, [key]: { ...ran, state } } };
    }
    return { exitCode };
  }

  #locate(key: string): Locus {
    const state = this.observed.resources[key as never]?.state as unknown as ContainerState | undefined;
    return { running: state?.phase === 'running', pid: state?.pid ?? 0, exitCode: state?.exitCode ?? 0 };
  }
}

/** @throws why it was left */
async function leftBy(leaves: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    leaves?.addEventListener('abort', () => reject(leaves.reason), { once: true });
  });
}

/** The registry's part as plain memory, for engine tests: what is recorded for each action, and nothing about SQLite. */
export class PlainMemory implements Memory {
  history: History = emptyHistory;
  readonly intents = new Set<string>();
  readonly #desired: () => Desired;
  readonly #world: EffectWorld;

  constructor(world: EffectWorld, desired: () => Desired) {
    this.#world = world;
    this.#desired = desired;
  }

  async load(): Promise<{ history: History; ledger: LedgerView }> {
    return { history: this.history, ledger: emptyLedger };
  }

  journal(): Journal {
    return this.#journal;
  }

  readonly #journal: Journal = {
    begin: async (actions) => {
      for (const action of actions) this.intents.add(action.id);
    },
    done: async (action, facts) => {
      this.intents.delete(action.id);
      this.#done(action, facts);
    },
    failed: async (action, failure, at) => {
      this.intents.delete(action.id);
      this.#failed(action, failure, at);
    },
  };

  async note(): Promise<void> {}

  async planned(_desired: Desired, whole: Plan): Promise<void> {
    const missing = awaitedStages(whole).filter((name) => this.history.stagesSince[name] === undefined);
    const now = this.#world.observed.at;
    this.history = {
      ...this.history,
      stagesSince: { ...this.history.stagesSince, ...Object.fromEntries(missing.map((name) => [name, now])) },
    };
  }

  async finished(_desired: Desired, _made: Plan): Promise<void> {}

  #done(action: Action, facts: Facts | undefined): void {
    const { [attemptKey(action)]: _cleared, ...attempts } = this.history.attempts;
    this.history = { ...this.history, attempts };
    if (typeof facts?.imageId === 'string') {
      const ref = action.key.slice('image/'.length);
      this.history = { ...this.history, pins: { ...this.history.pins, [ref]: { imageId: facts.imageId } } };
    }
    if (action.kind === 'container' && action.verb === 'stop') {
      const slot = this.history.slots[action.slot] ?? unknownSlot;
      const told = { ...slot, stoppedAt: this.#world.observed.at };
      this.history = { ...this.history, slots: { ...this.history.slots, [action.slot]: told } };
    }
    if (action.kind !== 'container' || action.verb !== 'await') return;
    this.#world.observed = simulate(this.#world.observed, action, kindMap);
    const args = action.args as unknown as AwaitArgs;
    const desired = this.#desired();
    const { gateExpired: _gate, ...slot } = this.history.slots[action.slot] ?? unknownSlot;
    const wanted =
      Object.values(desired.resources).find((r) => r.slot === action.slot && r.specHash === args.specHash) ??
      slot.lastGood?.resource;
    if (wanted === undefined) return;
    const needs = wanted.references.flatMap((ref) =>
      'key' in ref ? (desired.resources[ref.key] ?? slot.lastGood?.needs.find((n) => n.key === ref.key) ?? []) : [],
    );
    const lastGood = {
      resource: { ...wanted, key: action.key },
      imageId: args.imageId,
      needs,
      at: this.#world.observed.at,
    };
    this.history = {
      ...this.history,
      slots: { ...this.history.slots, [action.slot]: { ...slot, readySinceBoot: true, lastGood } },
    };
  }

  #failed(action: Action, failure: ActionFailure, at: number): void {
    const slot = this.history.slots[action.slot] ?? unknownSlot;
    const args = action.args as unknown as AwaitArgs;
    if (failure.expired) {
      const gateExpired = { key: action.key, at, reason: failure.message };
      const knownBad = args.replacement
        ? [...slot.knownBad, { specHash: args.specHash, imageId: args.imageId, reason: failure.message, at }]
        : slot.knownBad;
      this.history = {
        ...this.history,
        slots: { ...this.history.slots, [action.slot]: { ...slot, gateExpired, knownBad } },
      };
      if (args.replacement) return;
    }
    const key = attemptKey(action);
    const before = this.history.attempts[key];
    const failures = before?.of === action.key ? before.failures + 1 : 1;
    this.history = {
      ...this.history,
      attempts: {
        ...this.history.attempts,
        [key]: { of: action.key, failures, lastAt: at, code: failure.code, message: failure.message },
      },
    };
  }
}
