import { type Desired, type Instant, isFleetError } from '@reconcile/core';
import type { Host } from '@reconcile/host';
import type { Registry } from '@reconcile/registry';
import { askDue } from '../schedule/index.ts';
import type { Problem } from '../service/state.ts';
import { problemOf } from './problem.ts';

export interface SchedulesInput {
  readonly host: Pick<Host, 'clock' | 'ids'>;
  readonly registry: Registry;
  /** Runs were asked for: a pass is due. */
  hint(): void;
  problem(name: string, problem: Problem | undefined): void;
  fatal(error: unknown): void;
}

/** A moment that has just passed must not spin, ms. */
const soonestMs = 20;
/** setTimeout takes no more. */
const latestMs = 2 ** 31 - 1;

/** Asks for what is due by the schedules of jobs, also while a pass is under way, and knows when the next is due. */
export class Schedules {
  readonly #input: SchedulesInput;
  #desired: Desired | undefined;
  #nextAt: Instant | undefined;
  #timer: NodeJS.Timeout | undefined;
  #going: Promise<void> | undefined;
  #isStopped = false;
  #isAskedAgain = false;

  constructor(input: SchedulesInput) {
    this.#input = input;
  }

  get nextAt(): Instant | undefined {
    return this.#nextAt;
  }

  /** Definitions, overrides and the clock may be others than before. */
  looked(desired: Desired): void {
    this.#desired = desired;
    this.#go();
  }

  /** Nothing is asked for after this. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#going;
  }

  #go(): void {
    if (this.#isStopped) return;
    this.#isAskedAgain = this.#going !== undefined;
    this.#going ??= this.#ask().finally(() => {
      this.#going = undefined;
      if (this.#isAskedAgain) this.#go();
    });
  }

  async #ask(): Promise<void> {
    const { fatal, hint, host, problem, registry } = this.#input;
    if (this.#desired === undefined) return;
    try {
      const { asked, nextAt } = await askDue({ host, registry, desired: this.#desired });
      problem('schedules', undefined);
      this.#sleep(nextAt);
      if (asked.length > 0) hint();
    } catch (error) {
      if (isFleetError(error) && error.code === 'REGISTRY_SUPERSEDED') return fatal(error);
      // The look after the next pass tries it again: at the latest with the resync.
      problem('schedules', problemOf(error));
    }
  }

  #sleep(nextAt: Instant | undefined): void {
    clearTimeout(this.#timer);
    this.#nextAt = nextAt;
    if (nextAt === undefined || this.#isStopped) return;
    const inMs = Math.max(soonestMs, nextAt - this.#input.host.clock.now());
    this.#timer = setTimeout(() => this.#go(), Math.min(latestMs, inMs));
  }
}
