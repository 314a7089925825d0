import { setImmediate as nextTick } from 'node:timers/promises';
import { withRetry } from './retry.ts';
import type { Rows } from './rows.ts';

export type Work = (rows: Rows) => unknown;

/** What became of one piece of work inside a committed transaction. */
export type Outcome = { readonly value: unknown } | { readonly error: unknown };

interface Waiting {
  readonly work: Work;
  readonly settle: (outcome: Outcome) => void;
}

/**
 * Group commit: work that arrives in the same turn of the event loop shares one transaction, and with it one fsync.
 * While somebody else holds the write lock the batch waits on the event loop, never in SQLite.
 */
export class Writer {
  readonly #commit: (works: readonly Work[]) => readonly Outcome[];
  readonly #busyLimitMs: number;
  #waiting: Waiting[] = [];
  #draining: Promise<void> | undefined;

  constructor(commit: (works: readonly Work[]) => readonly Outcome[], busyLimitMs: number) {
    this.#commit = commit;
    this.#busyLimitMs = busyLimitMs;
  }

  add<T>(work: (rows: Rows) => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const settle = (outcome: Outcome) => ('error' in outcome ? reject(outcome.error) : resolve(outcome.value as T));
      this.#waiting.push({ work, settle });
      this.#draining ??= this.#drain();
    });
  }

  /** Resolves once nothing waits any more. */
  async idle(): Promise<void> {
    await this.#draining;
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      await nextTick();
      const batch = this.#waiting;
      this.#waiting = [];
      for (const [i, outcome] of (await this.#attempt(batch.map(({ work }) => work))).entries())
        batch[i]?.settle(outcome);
    }
    this.#draining = undefined;
  }

  async #attempt(works: readonly Work[]): Promise<readonly Outcome[]> {
    try {
      return await withRetry(() => this.#commit(works), { limitMs: this.#busyLimitMs });
    } catch (error) {
      return works.map(() => ({ error }));
    }
  }
}
