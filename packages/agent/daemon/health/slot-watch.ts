import type { Instant, ProbeResult } from '@reconcile/core';
import type { HealthSpec } from '@reconcile/core/kinds/container';
import type { HealthSample } from '../../service/state.ts';

const keptMs = 3_600_000;
const mostSamples = 720;

export type Verdict = 'healthy' | 'unhealthy';

/**
 * What one container's probes say: so many good or bad ones in a row turn its state; bad ones of its start period do not
 * count. Pure: no clock, no timer.
 */
export class SlotWatch {
  readonly #samples: HealthSample[] = [];
  #state: Verdict;
  #since: Instant;
  #inRow = 0;

  constructor(state: Verdict, since: Instant) {
    this.#state = state;
    this.#since = since;
  }

  get state(): Verdict {
    return this.#state;
  }

  get since(): Instant {
    return this.#since;
  }

  /** Oldest first. */
  get samples(): readonly HealthSample[] {
    return this.#samples;
  }

  /** Takes one probe; true when its state turned by it. */
  take(
    { durationMs, healthy, message }: ProbeResult,
    { at, health, startedAt }: { at: Instant; health: HealthSpec; startedAt: Instant },
  ): boolean {
    this.#samples.push({ at, ok: healthy, latencyMs: durationMs, ...(healthy ? {} : { message }) });
    while ((this.#samples[0]?.at ?? at) <= at - keptMs || this.#samples.length > mostSamples) this.#samples.shift();
    const says: Verdict = healthy ? 'healthy' : 'unhealthy';
    const isExcused = !healthy && at < startedAt + health.startPeriodMs;
    if (says === this.#state || isExcused) {
      this.#inRow = 0;
      return false;
    }
    this.#inRow++;
    if (this.#inRow < (healthy ? health.successes : health.failures)) return false;
    this.is(says, at);
    return true;
  }

  /** Somebody else found out: a gate was passed. */
  is(state: Verdict, at: Instant): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#since = at;
    this.#inRow = 0;
  }
}
