import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { Vitals } from '../service/state.ts';

/** How often the event loop is measured, ms: a blockage is seen with this precision. */
const resolutionMs = 20;

/** Measures this process: memory, processor time, and how long its event loop was kept from anything else. */
export class VitalSigns {
  readonly #delay: IntervalHistogram = monitorEventLoopDelay({ resolution: resolutionMs });
  #longestMs = 0;

  start(): void {
    this.#delay.enable();
  }

  stop(): void {
    this.#delay.disable();
  }

  /** The longest delay since the start. */
  get longestDelayMs(): number {
    this.#longestMs = Math.max(this.#longestMs, this.#beyond(this.#delay.max));
    return this.#longestMs;
  }

  read(): Vitals {
    const { heapUsed, rss } = process.memoryUsage();
    const { system, user } = process.cpuUsage();
    return {
      rss,
      heapUsed,
      cpuMs: Math.round((user + system) / 1000),
      loopDelayMs: {
        p50: this.#beyond(this.#delay.percentile(50)),
        p99: this.#beyond(this.#delay.percentile(99)),
        max: this.longestDelayMs,
      },
    };
  }

  /** Its timer's own interval is part of what it measures. Nanoseconds in, ms out. */
  #beyond(ns: number): number {
    return Number.isFinite(ns) ? Math.max(0, Math.round((ns / 1e6 - resolutionMs) * 10) / 10) : 0;
  }
}
