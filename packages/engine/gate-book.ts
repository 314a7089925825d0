import type { Instant, Locus, ResourceKey } from '@reconcile/core';

const mostEntries = 2000;

/**
 * When gates were opened, for passes that leave one open and come back to it: its deadline counts from the first time. A
 * container that was started again is another one.
 */
export class GateBook {
  readonly #openedAt = new Map<string, Instant>();

  opened(key: ResourceKey, locus: Locus | undefined, now: Instant): Instant {
    const name = nameOf(key, locus);
    const known = this.#openedAt.get(name);
    if (known !== undefined) return known;
    if (this.#openedAt.size >= mostEntries) this.#openedAt.clear();
    this.#openedAt.set(name, now);
    return now;
  }

  /** It was passed, or is given up. */
  closed(key: ResourceKey, locus: Locus | undefined): void {
    this.#openedAt.delete(nameOf(key, locus));
  }
}

function nameOf(key: ResourceKey, locus: Locus | undefined): string {
  return `${key} ${locus?.id ?? ''} ${locus?.startedAt ?? ''}`;
}
