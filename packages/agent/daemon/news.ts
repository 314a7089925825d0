import type { Instant } from '@reconcile/core';
import type { AgentEvent, AgentNews } from '../service/contract.ts';

/** How far back a reader can take up again. */
const keptEvents = 2000;
/** What one slow reader may have waiting. */
const mostWaiting = 500;

interface Reader {
  readonly waiting: AgentEvent[];
  lost: number;
  wake: () => void;
}

/** Everything that happens, to whoever looks on: a bounded past, and bounded patience with slow readers. */
export class News {
  readonly #run: string;
  readonly #now: () => Instant;
  readonly #kept: AgentEvent[] = [];
  readonly #readers = new Set<Reader>();
  #seq = 0;

  /** `run` tells one run of the agent from the next, whose numbers begin anew. */
  constructor(run: string, now: () => Instant) {
    this.#run = run;
    this.#now = now;
  }

  get isWatched(): boolean {
    return this.#readers.size > 0;
  }

  tell(news: AgentNews): void {
    const event: AgentEvent = { seq: ++this.#seq, run: this.#run, at: this.#now(), ...news };
    this.#kept.push(event);
    if (this.#kept.length > keptEvents) this.#kept.splice(0, this.#kept.length - keptEvents);
    for (const reader of this.#readers) {
      if (reader.waiting.length >= mostWaiting) reader.lost += 1 + reader.waiting.splice(0).length;
      else reader.waiting.push(event);
      reader.wake();
    }
  }

  /** From now on, or from after a seq as far as that is kept; ends with `signal`. */
  async *watch(signal: AbortSignal, after?: number): AsyncGenerator<AgentEvent, void, undefined> {
    const reader: Reader = { waiting: [], lost: 0, wake: () => undefined };
    if (after !== undefined) {
      reader.waiting.push(...this.#kept.filter(({ seq }) => seq > after));
      const first = this.#kept[0]?.seq ?? this.#seq + 1;
      if (after + 1 < first) reader.lost = first - after - 1;
    }
    const wake = () => reader.wake();
    signal.addEventListener('abort', wake);
    this.#readers.add(reader);
    try {
      while (!signal.aborted) {
        if (reader.lost > 0) {
          const count = reader.lost;
          reader.lost = 0;
          yield { seq: this.#seq, run: this.#run, at: this.#now(), kind: 'lost', count };
        }
        const next = reader.waiting.shift();
        if (next !== undefined) yield next;
        else if (reader.lost === 0)
          await new Promise<void>((resolve) => {
            reader.wake = resolve;
            if (signal.aborted) resolve();
          });
      }
    } finally {
      this.#readers.delete(reader);
      signal.removeEventListener('abort', wake);
    }
  }
}
