/** One process of ours as far as it can be told in a single one: once it is over, nothing of it does anything any more. */
export class Life {
  #isOver = false;
  #tell: () => void = () => undefined;
  /** Resolves when it is over. */
  readonly ended = new Promise<void>((resolve) => {
    this.#tell = resolve;
  });

  get isOver(): boolean {
    return this.#isOver;
  }

  readonly end = (): void => {
    this.#isOver = true;
    this.#tell();
  };

  /** The same thing, whose asynchronous methods the dead call in vain: nothing happens, and they never hear of it. */
  hold<T extends object>(target: T): T {
    const held = new Map<PropertyKey, unknown>();
    return new Proxy(target, {
      get: (_target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        const known = held.get(name);
        if (known !== undefined) return known;
        const method = (...args: readonly unknown[]): unknown =>
          this.#isOver ? new Promise(() => undefined) : Reflect.apply(value, target, args);
        held.set(name, method);
        return method;
      },
    });
  }
}
