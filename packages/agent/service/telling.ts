/** As many wait for a slow reader; who puts more waits as well. */
const mostWaiting = 256;

/** What one side tells while it works, as a sequence for the other side to read: ends with the work, throws what it threw. */
export class Telling<T> implements AsyncIterable<T> {
  readonly #waiting: T[] = [];
  #wake: () => void = () => undefined;
  #ended: { readonly error?: unknown } | undefined;
  #isRead = true;
  #roomFor: (() => void)[] = [];

  /** For what is bounded by itself. */
  tell(item: T): void {
    this.#waiting.push(item);
    this.#wake();
  }

  /** Resolves once there is room for more, or nobody reads any longer. */
  async put(item: T): Promise<void> {
    if (!this.#isRead) return;
    this.tell(item);
    if (this.#waiting.length < mostWaiting) return;
    await new Promise<void>((resolve) => this.#roomFor.push(resolve));
  }

  end(): void {
    this.#ended ??= {};
    this.#wake();
  }

  fail(error: unknown): void {
    this.#ended ??= { error };
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    try {
      for (;;) {
        const next = this.#waiting.shift();
        if (this.#waiting.length < mostWaiting) this.#makeRoom();
        if (next !== undefined) yield next;
        else if (this.#ended !== undefined) {
          if ('error' in this.#ended) throw this.#ended.error;
          return;
        } else
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
      }
    } finally {
      this.#isRead = false;
      this.#makeRoom();
    }
  }

  #makeRoom(): void {
    for (const go of this.#roomFor.splice(0)) go();
  }
}
