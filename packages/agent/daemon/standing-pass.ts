import type { Instant } from '@reconcile/core';
import type { Clock } from '@reconcile/host';
import type { RunningPass, TriggerName } from '../service/state.ts';

/** A pass is let alone for this long before anything makes it give way, ms: it must get somewhere. */
const undisturbedMs = 200;

/** The pass that is going on: what it is about, how far it is, and how it is made to give way. */
export class StandingPass {
  readonly id: string;
  readonly trigger: TriggerName;
  readonly since: Instant;
  readonly #clock: Clock;
  readonly #yields = new AbortController();
  readonly #stop: AbortSignal;
  readonly #onStop = () => this.#yields.abort();
  /** undefined: it is still looking. */
  #own: ReadonlySet<string> | undefined;
  readonly #touched = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  /** Actions in hand, and their verbs. */
  readonly #inHand = new Map<string, string>();
  #runsTimer: NodeJS.Timeout | undefined;
  readonly #longestRunMs: number;
  #done = 0;
  #of = 0;

  /** `longestRunMs`: how long it waits for jobs alone without looking anew. */
  constructor(parts: { id: string; trigger: TriggerName; clock: Clock; stop: AbortSignal; longestRunMs: number }) {
    this.id = parts.id;
    this.trigger = parts.trigger;
    this.#clock = parts.clock;
    this.since = parts.clock.now();
    this.#stop = parts.stop;
    this.#longestRunMs = parts.longestRunMs;
    if (parts.stop.aborted) this.#yields.abort();
    else parts.stop.addEventListener('abort', this.#onStop, { once: true });
  }

  /** Fires when it should give way, and when the agent stops. */
  get yields(): AbortSignal {
    return this.#yields.signal;
  }

  get progress(): RunningPass {
    return { id: this.id, since: this.since, trigger: this.trigger, done: this.#done, of: this.#of };
  }

  /** Names of containers that it touches itself. */
  isAbout(containers: ReadonlySet<string>): void {
    this.#own = containers;
    for (const container of this.#touched) this.touched(container);
  }

  /** A plan is in hand. */
  planned(actions: number): void {
    this.#of = actions;
    this.#done = 0;
  }

  began(action: string, verb: string): void {
    this.#inHand.set(action, verb);
    this.#waitForRuns();
  }

  ended(action: string): void {
    this.#inHand.delete(action);
    this.#waitForRuns();
  }

  advanced(): void {
    this.#done++;
  }

  /** Something happened to that container: unless this very pass is about it, it gives way. */
  touched(container: string): void {
    if (this.#own === undefined) this.#touched.add(container);
    else if (!this.#own.has(container) || this.#isAtRuns) this.giveWay();
  }

  /** Something else is due: it gives way as soon as it had its time. */
  giveWay(): void {
    const leftMs = this.since + undisturbedMs - this.#clock.now();
    if (leftMs <= 0) this.#yields.abort();
    else this.#timer ??= setTimeout(() => this.#yields.abort(), leftMs);
  }

  end(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#runsTimer);
    this.#stop.removeEventListener('abort', this.#onStop);
  }

  /** Jobs run for hours: while nothing else is in hand, it is about no container any more. */
  get #isAtRuns(): boolean {
    return this.#inHand.size > 0 && [...this.#inHand.values()].every((verb) => verb === 'run');
  }

  #waitForRuns(): void {
    clearTimeout(this.#runsTimer);
    if (this.#isAtRuns) this.#runsTimer = setTimeout(() => this.giveWay(), this.#longestRunMs);
  }
}
