import type { Event } from '@reconcile/core';
import type { Clock } from '@reconcile/host';
import { addEvents, type Registry } from '@reconcile/registry';

/** Each transaction waits for the disk, and events come in bursts; this much of them a crash may lose, ms. */
const paceMs = 250;

/** Events reach the screen at once and the registry in the order they came, many to a transaction. */
export class EventWriter {
  readonly #registry: Registry;
  readonly #clock: Clock;
  readonly #show: (event: Event) => void;
  readonly #ending = new AbortController();
  #failed: { readonly error: unknown } | undefined;
  #waiting: Event[] = [];
  #writing: Promise<void> | undefined;

  constructor(parts: { registry: Registry; clock: Clock; show: (event: Event) => void }) {
    this.#registry = parts.registry;
    this.#clock = parts.clock;
    this.#show = parts.show;
  }

  add(event: Event): void {
    this.#show(event);
    this.#waiting.push(event);
    this.#writing ??= this.#write()
      .catch((error: unknown) => {
        this.#failed ??= { error };
      })
      .finally(() => {
        this.#writing = undefined;
      });
  }

  /** No event comes after this. @throws what kept events from being written */
  async flush(): Promise<void> {
    this.#ending.abort();
    await this.#writing;
    if (this.#failed !== undefined) throw this.#failed.error;
    await this.#write();
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const events = this.#waiting;
      this.#waiting = [];
      await this.#registry.write((rows) => addEvents(rows, events));
      await this.#clock.sleep(paceMs, this.#ending.signal).catch(() => undefined);
    }
  }
}
