import {
  type Action,
  type ActionId,
  type ApplyContext,
  type Driver,
  type Event,
  errorText,
  type Facts,
  isFleetError,
  type Journal,
  type Kind,
  type Plan,
} from '@reconcile/core';
import type { Host, ReadHost } from '@reconcile/host';
import PQueue from 'p-queue';
import { fail } from './errors.ts';
import { type Failpoint, passStep } from './failpoint.ts';
import { passGate } from './gate.ts';
import type { GateBook } from './gate-book.ts';
import { withDeadline } from './look/deadline.ts';

export interface ExecuteInput {
  readonly plan: Plan;
  readonly cycleId: string;
  readonly drivers: ReadonlyMap<Kind, Driver<ReadHost, Host>>;
  readonly context: ApplyContext<Host>;
  readonly journal: Journal;
  readonly failpoint: Failpoint;
  /** false once something newer has taken over: nothing more is started. */
  readonly isCurrent: () => boolean;
  readonly emit: (event: Event) => void;
  /** Fires when something more urgent came up, and when the pass is cancelled: open gates are left, nothing more is begun. */
  readonly yields?: AbortSignal | undefined;
  readonly gates?: GateBook | undefined;
  /** Actions of drivers at once. podman is CPU-bound: more than four gain nothing (performance.md section 2). */
  readonly concurrency?: number;
}

/** What became of each action. Skipped: something it needs failed, or we were told to stop. */
export interface Execution {
  readonly done: readonly ActionId[];
  readonly failed: ReadonlyMap<ActionId, { readonly code: string; readonly message: string }>;
  readonly skipped: readonly ActionId[];
}

const pullsAtOnce = 3;
/** Jobs may take hours: they have places of their own, so that nothing else waits for one. */
const runsAtOnce = 4;

/**
 * Walks the DAG: whatever has all it needs runs, in plan order, within the pools' bounds; a failure costs its descendants
 * only. Intents are on disk before effects, ticks after. Cancelling lets what is under way finish and starts nothing more.
 */
export async function execute(input: ExecuteInput): Promise<Execution> {
  return new Walk(input).run();
}

interface Done {
  readonly startedAt: number;
  readonly facts: Facts | undefined;
}

type Tried = Done | { readonly startedAt: number; readonly error: unknown };

class Walk {
  readonly #input: ExecuteInput;
  readonly #work: PQueue;
  readonly #pulls = new PQueue({ concurrency: pullsAtOnce });
  readonly #runs = new PQueue({ concurrency: runsAtOnce });
  readonly #open = new Map<ActionId, number>();
  readonly #blocks = new Map<ActionId, ActionId[]>();
  readonly #actions: ReadonlyMap<ActionId, Action>;
  readonly #rank: ReadonlyMap<ActionId, number>;
  readonly #done: ActionId[] = [];
  readonly #failed = new Map<ActionId, { code: string; message: string }>();
  readonly #skipped = new Set<ActionId>();
  readonly #running = new Set<Promise<void>>();
  #ready: Action[] = [];
  /** What kept something from being written down: said once all that is under way has ended. */
  #broken: { readonly error: unknown } | undefined;

  constructor(input: ExecuteInput) {
    this.#input = input;
    this.#work = new PQueue({ concurrency: input.concurrency ?? 4 });
    this.#actions = new Map(input.plan.actions.map((action) => [action.id, action]));
    this.#rank = new Map(input.plan.actions.map((action, i) => [action.id, i]));
    for (const { id, needs } of [...input.plan.actions, ...input.plan.barriers]) {
      this.#open.set(id, needs.length);
      for (const need of needs) {
        const list = this.#blocks.get(need);
        if (list === undefined) this.#blocks.set(need, [id]);
        else list.push(id);
      }
    }
  }

  async run(): Promise<Execution> {
    for (const { id } of [...this.#input.plan.actions, ...this.#input.plan.barriers]) {
      if (this.#open.get(id) === 0) this.#free(id);
    }
    this.#launch();
    while (this.#running.size > 0) await Promise.race(this.#running);
    if (this.#broken !== undefined) throw this.#broken.error;
    return { done: this.#done, failed: this.#failed, skipped: [...this.#skipped] };
  }

  /** Begins what is ready, once what it waited for is on record. */
  #launch(recorded: Promise<boolean> = Promise.resolve(true)): void {
    if (this.#ready.length === 0) return;
    const batch = this.#ready.sort((a, b) => (this.#rank.get(a.id) ?? 0) - (this.#rank.get(b.id) ?? 0));
    this.#ready = [];
    const stopped = this.#stopped();
    if (stopped === undefined) this.#track(this.#begin(batch, recorded));
    else for (const action of batch) this.#skip(action.id, stopped);
  }

  /**
   * Everything that became ready together shares one transaction of intents, and shares that with the record of what it waited
   * for: both are asked for in the same turn of the event loop.
   */
  async #begin(batch: readonly Action[], recorded: Promise<boolean>): Promise<void> {
    const { failpoint, journal } = this.#input;
    failpoint.reach('before', passStep('intents'));
    const [isRecorded] = await Promise.all([recorded, journal.begin(batch)]);
    failpoint.reach('recorded', passStep('intents'));
    if (!isRecorded) return;
    for (const action of batch) this.#track(this.#one(action));
  }

  #track(work: Promise<void>): void {
    const running: Promise<void> = work
      .catch((error: unknown) => {
        this.#broken ??= { error };
      })
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Waiting costs no place: only what makes podman work is bounded. */
  #pool<T>(action: Action, task: () => Promise<T>): Promise<T> {
    if (action.verb === 'await' || action.verb === 'drain') return task();
    const isPull = action.verb === 'pull' || action.verb === 'build';
    const queue = isPull ? this.#pulls : action.verb === 'run' ? this.#runs : this.#work;
    // Plan order among all that wait: what was made is started before the next is made, so podman's lock and its processors
    // are busy at the same time.
    return queue.add(task, { priority: -(this.#rank.get(action.id) ?? 0) });
  }

  async #one(action: Action): Promise<void> {
    // Writing down what was done takes no place: podman has the next to do meanwhile.
    const tried = await this.#pool(action, () => this.#try(action));
    if (tried === undefined) return;
    const { failpoint } = this.#input;
    try {
      if ('error' in tried) throw tried.error;
      failpoint.reach('after', action.id);
      const recorded = this.#record(action, tried);
      const isGood = badEnd(action, tried.facts) === undefined;
      if (isGood) this.#pass(action.id);
      this.#launch(
        recorded.then(
          () => true,
          () => false,
        ),
      );
      await recorded;
      await this.#settle(action);
      if (!isGood) this.#skipAfter(action.id);
    } catch (error) {
      await this.#failedWith(action, error, tried.startedAt);
    }
  }

  /** The effect itself; undefined: it was not begun any more. */
  async #try(action: Action): Promise<Tried | undefined> {
    const { context, emit, failpoint } = this.#input;
    const stopped = this.#stopped();
    if (stopped !== undefined) {
      this.#skip(action.id, stopped);
      return undefined;
    }
    const startedAt = context.host.clock.now();
    emit({ ...this.#of(action), type: 'action.started' });
    try {
      failpoint.reach('before', action.id);
      return { startedAt, facts: await this.#effect(action) };
    } catch (error) {
      return { startedAt, error };
    }
  }

  async #record(action: Action, { facts, startedAt }: Done): Promise<void> {
    const { context, emit, failpoint, journal } = this.#input;
    const endedAt = context.host.clock.now();
    await journal.done(action, facts, endedAt);
    failpoint.reach('recorded', action.id);
    const durationMs = endedAt - startedAt;
    this.#done.push(action.id);
    const bad = badEnd(action, facts);
    if (bad !== undefined)
      emit({ ...this.#of(action), type: 'action.failed', durationMs, code: 'JobFailed', message: bad });
    else emit({ ...this.#of(action), type: action.verb === 'await' ? 'gate.opened' : 'action.succeeded', durationMs });
  }

  /** What was only kept until the record stood. If it does not work now, the next pass finds it. */
  async #settle(action: Action): Promise<void> {
    const { context, drivers } = this.#input;
    try {
      await drivers.get(action.kind)?.settled?.(context, action);
    } catch (error) {
      context.log.warn('leftover of a finished action', { action: action.id, err: errorText(error) });
    }
  }

  /** Why nothing more is begun; undefined: it is. */
  #stopped(): 'cancelled' | 'superseded' | undefined {
    const { context, isCurrent, yields } = this.#input;
    if (context.signal.aborted) return 'cancelled';
    return isCurrent() && yields?.aborted !== true ? undefined : 'superseded';
  }

  #effect(action: Action): Promise<Facts | undefined> {
    const { context, drivers, gates, yields } = this.#input;
    const driver = drivers.get(action.kind);
    if (driver === undefined)
      throw fail('NO_DRIVER', {
        message: `${action.verb} ${action.key}: no driver runs ${action.kind}`,
        key: action.key,
      });
    return withDeadline(
      (signal) => {
        const cx: ApplyContext<Host> = { ...context, signal, ...(yields === undefined ? {} : { leaves: yields }) };
        return action.verb === 'await' ? passGate(cx, driver, { action, book: gates }) : driver.apply(cx, action);
      },
      {
        timeoutMs: action.timeoutMs,
        // What is under way is finished: a cancelled pass must not leave halves behind. Waiting is what can be cut short.
        outer: outerSignal(action, { cancelled: context.signal, yields }),
        late: () =>
          fail('ACTION_TIMEOUT', {
            message: `${action.verb} ${action.key}: no end within ${Math.round(action.timeoutMs / 1000)} s`,
            key: action.key,
          }),
      },
    );
  }

  async #failedWith(action: Action, error: unknown, startedAt: number): Promise<void> {
    const { context, emit, journal } = this.#input;
    const stopped = this.#stopped();
    if (stopped !== undefined && this.#isLeft(action, error)) {
      this.#skip(action.id, stopped);
      return;
    }
    const code = isFleetError(error) ? error.code : 'ACTION_FAILED';
    const failure = {
      code,
      message: errorText(error),
      expired: code === 'GATE_EXPIRED' || code === 'GATE_ENDED',
      retry: isFleetError(error) ? error.retry : ('backoff' as const),
    };
    await journal.failed(action, failure, context.host.clock.now());
    const durationMs = context.host.clock.now() - startedAt;
    if (failure.expired) emit({ ...this.#of(action), type: 'gate.expired', durationMs, message: failure.message });
    else emit({ ...this.#of(action), type: 'action.failed', durationMs, code, message: failure.message });
    this.#failed.set(action.id, { code, message: failure.message });
    this.#skipAfter(action.id);
  }

  /** Waiting that was cut short, and said nothing about what it waited for. */
  #isLeft({ verb }: Action, error: unknown): boolean {
    if (verb === 'await') return isCancelled(error);
    return verb === 'run' && error !== undefined && error === this.#input.yields?.reason;
  }

  #pass(id: ActionId): void {
    for (const next of this.#blocks.get(id) ?? []) {
      const left = (this.#open.get(next) ?? 0) - 1;
      this.#open.set(next, left);
      if (left === 0) this.#free(next);
    }
  }

  #free(id: ActionId): void {
    const action = this.#actions.get(id);
    if (action === undefined) this.#pass(id);
    else if (!this.#skipped.has(id)) this.#ready.push(action);
  }

  #skip(id: ActionId, because: 'superseded' | 'cancelled'): void {
    this.#skipped.add(id);
    const action = this.#actions.get(id);
    if (action !== undefined) this.#input.emit({ ...this.#of(action), type: 'action.skipped', because });
    this.#skipAfter(id);
  }

  /** Descendants of something that did not happen; barriers pass the news on. */
  #skipAfter(cause: ActionId): void {
    const stack = [...(this.#blocks.get(cause) ?? [])];
    for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
      if (this.#skipped.has(id)) continue;
      this.#skipped.add(id);
      const action = this.#actions.get(id);
      if (action !== undefined) this.#input.emit({ ...this.#of(action), type: 'action.skipped', because: cause });
      stack.push(...(this.#blocks.get(id) ?? []));
    }
  }

  #of(action: Action) {
    const { context, cycleId, plan } = this.#input;
    return {
      at: context.host.clock.now(),
      node: plan.node,
      generation: plan.generation,
      cycleId,
      actionId: action.id,
      key: action.key,
      slot: action.slot,
      verb: action.verb,
    };
  }
}

/** What may cut an action short: waiting, whatever stops the pass; a gate also gives way. */
function outerSignal(
  { verb }: Action,
  { cancelled, yields }: { cancelled: AbortSignal; yields: AbortSignal | undefined },
): AbortSignal {
  if (verb === 'await') return yields ?? cancelled;
  return verb === 'drain' ? cancelled : new AbortController().signal;
}

/** The gate itself gave no verdict. */
function isCancelled(error: unknown): boolean {
  return !isFleetError(error) || (error.code !== 'GATE_EXPIRED' && error.code !== 'GATE_ENDED');
}

/** A job that was run to its end, as it should be, and ended badly: what needs it must not go on. */
function badEnd(action: Action, facts: Facts | undefined): string | undefined {
  const exitCode = action.verb === 'run' ? facts?.exitCode : undefined;
  return typeof exitCode === 'number' && exitCode !== 0 ? `ended with ${exitCode}` : undefined;
}
