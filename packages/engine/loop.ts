import type { Instant } from '@reconcile/core';
import type { Clock } from '@reconcile/host';
import PQueue from 'p-queue';

/** What a pass of its own came to, for the loop. */
export interface LoopPass {
  /** When looking again makes sense by itself. */
  readonly wakeAt?: Instant | undefined;
}

export interface LoopInput<H extends string> {
  readonly clock: Clock;
  /** Without any hint there is a pass this often, ms. */
  readonly resyncMs: number;
  /** The loop's name for a pass that time alone brings about. */
  readonly timed: { readonly resync: H; readonly wake: H };
  /** One pass, for all hints since the one before. It does not throw: what went wrong is its own to tell. */
  pass(hints: ReadonlySet<H>): Promise<LoopPass>;
}

/** A wake-up of a plan is never nearer than this: a moment that has just passed must not spin. */
const soonestMs = 20;
/** setTimeout takes no more. */
const latestMs = 2 ** 31 - 1;

/**
 * The level-triggered loop: hints are coalesced and say only that looking may be worth while; one pass at a time, ordered work
 * in between. A hint during a pass means one more pass after it.
 */
export class Loop<H extends string> {
  readonly #input: LoopInput<H>;
  readonly #queue = new PQueue({ concurrency: 1 });
  #hints = new Set<H>();
  #timer: NodeJS.Timeout | undefined;
  #isQueued = false;
  #isStopped = false;

  constructor(input: LoopInput<H>) {
    this.#input = input;
  }

  hint(of: H): void {
    if (this.#isStopped) return;
    this.#hints.add(of);
    if (this.#isQueued) return;
    this.#isQueued = true;
    // One turn of the event loop's own later: what comes at once is one pass.
    void Promise.resolve().then(() => this.#queue.add(() => this.#turn()));
  }

  /** Work that somebody ordered, alone like a pass, before passes that only hints asked for. */
  order<T>(work: () => Promise<T>): Promise<T> {
    return this.#queue.add(work, { priority: 1 });
  }

  /** A pass inside ordered work that gives way: what hints asked for goes first. */
  async giveWay(): Promise<void> {
    if (this.#hints.size > 0 && !this.#isStopped) await this.#pass();
  }

  /** Something is going on, or about to. */
  get isBusy(): boolean {
    return this.#queue.pending > 0 || this.#queue.size > 0;
  }

  /** No pass begins after this; resolves when the one under way has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#queue.onIdle();
  }

  async #turn(): Promise<void> {
    this.#isQueued = false;
    if (this.#isStopped || this.#hints.size === 0) return;
    await this.#pass();
  }

  async #pass(): Promise<void> {
    const hints = this.#hints;
    this.#hints = new Set();
    clearTimeout(this.#timer);
    const { wakeAt } = await this.#input.pass(hints);
    if (!this.#isStopped) this.#sleep(wakeAt);
  }

  /** Until the plan's own moment or the next resync, whichever comes first. */
  #sleep(wakeAt: Instant | undefined): void {
    clearTimeout(this.#timer);
    const { clock, resyncMs, timed } = this.#input;
    const inMs = wakeAt === undefined ? Number.POSITIVE_INFINITY : Math.max(soonestMs, wakeAt - clock.now());
    const isWake = inMs < resyncMs;
    this.#timer = setTimeout(
      () => this.hint(isWake ? timed.wake : timed.resync),
      Math.min(latestMs, isWake ? inMs : resyncMs),
    );
  }
}
