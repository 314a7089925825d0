import type { Instant } from '@reconcile/core';

const windowMs = 60_000;
const allowed = 10;
const mostSources = 1000;

/** Failed attempts by source: after ten within a minute, the source waits. Bounded, whatever is tried. */
export class Failures {
  readonly #seen = new Map<string, { count: number; until: Instant }>();

  /** ms until this source may try again; 0: now. */
  waitMs(source: string, now: Instant): number {
    const found = this.#seen.get(source);
    return found === undefined || found.until <= now || found.count < allowed ? 0 : found.until - now;
  }

  note(source: string, now: Instant): void {
    const found = this.#seen.get(source);
    if (found !== undefined && found.until > now) {
      found.count++;
      return;
    }
    this.#seen.delete(source);
    const [oldest] = this.#seen.keys();
    if (this.#seen.size >= mostSources && oldest !== undefined) this.#seen.delete(oldest);
    this.#seen.set(source, { count: 1, until: now + windowMs });
  }
}
