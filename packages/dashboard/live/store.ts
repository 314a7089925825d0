import { useEffect, useState } from 'preact/hooks';

/** A value that pages watch. */
export class Cell<T> {
  #value: T;
  readonly #watchers = new Set<() => void>();

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  set(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const tell of [...this.#watchers]) tell();
  }

  watch(tell: () => void): () => void {
    this.#watchers.add(tell);
    return () => this.#watchers.delete(tell);
  }
}

/** The value now; the component is drawn again when it changes. */
export function useCell<T>(cell: Cell<T>): T {
  const [, redraw] = useState(0);
  const drawn = cell.value;
  useEffect(() => {
    const tell = () => redraw((n) => n + 1);
    // Effects run after the browser has painted: a quick answer may have come before anybody watched.
    if (!Object.is(cell.value, drawn)) tell();
    return cell.watch(tell);
  }, [cell]);
  return drawn;
}
