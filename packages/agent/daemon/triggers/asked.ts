import type { Clock } from '@reconcile/host';

/** However often somebody asks from outside, the source is looked at no more often for it, ms. */
export const leastGapMs = 10_000;
const foreverMs = Number.POSITIVE_INFINITY;

/** Looks at a source when it is due, and when somebody asks. */
export interface Looking {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Between two looks, ms; undefined: only when somebody asks. */
  everyMs(): number | undefined;
  /** Never throws. */
  look(): Promise<void>;
}

/** Somebody outside who asks for a look now; who asks while one is made gets another one. */
export class Asked {
  #now = new AbortController();

  ask(): void {
    this.#now.abort();
  }

  /** Looks until `signal` fires: at once where looks are due by themselves. */
  async follow({ clock, everyMs, look, signal }: Looking): Promise<void> {
    let lookedAt = Number.NEGATIVE_INFINITY;
    for (let isFirst = true; ; isFirst = false) {
      const asked = this.#now.signal;
      const waitMs = everyMs();
      if (!isFirst || waitMs === undefined) await rest(clock, waitMs ?? foreverMs, AbortSignal.any([signal, asked]));
      if (asked.aborted) await rest(clock, lookedAt + leastGapMs - clock.now(), signal);
      if (signal.aborted) return;
      if (asked.aborted) this.#now = new AbortController();
      lookedAt = clock.now();
      await look();
    }
  }
}

async function rest(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0 || signal.aborted) return;
  // It says by its signal why it ended.
  await clock.sleep(ms, signal).catch(() => undefined);
}
