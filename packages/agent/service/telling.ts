/** What one side tells while it works, as a sequence for the other side to read: ends with the work, throws what it threw. */
export class Telling<T> implements AsyncIterable<T> {
  readonly #waiting: T[] = [];
  #wake: () => void = () => undefined;
  #ended: { readonly error?: unknown } | undefined;

  tell(item: T): void {
    this.#waiting.push(item);
    this.#wake();
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
    for (;;) {
      const next = this.#waiting.shift();
      if (next !== undefined) yield next;
      else if (this.#ended !== undefined) {
        if ('error' in this.#ended) throw this.#ended.error;
        return;
      } else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  }
}
