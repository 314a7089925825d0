import type { ReadHost } from '@reconcile/host';
import type { Registry } from '@reconcile/registry';
import { openWindow } from './window.ts';

/** After the window what is in hand gets this long to end by itself, ms: a pull from a network that is gone would go on for minutes. */
const patienceMs = 3_000;
/** setTimeout takes no more. */
const latestMs = 2 ** 31 - 1;

/** Ends a pass when the window is over under which it began, so that the next one can go back. */
export class WindowEnds {
  readonly #yields = new AbortController();
  readonly #cuts = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  /** Fires at the end of the window: nothing more is begun. */
  get yields(): AbortSignal {
    return this.#yields.signal;
  }

  /** Fires a little later: what is in hand ends. */
  get cuts(): AbortSignal {
    return this.#cuts.signal;
  }

  async watch(registry: Registry, host: Pick<ReadHost, 'proc'>): Promise<void> {
    const open = await openWindow(registry, host);
    if (open === undefined || this.#timer !== undefined) return;
    this.#timer = setTimeout(
      () => {
        this.#yields.abort();
        this.#timer = setTimeout(() => this.#cuts.abort(), patienceMs);
      },
      Math.min(latestMs, open.leftMs),
    );
  }

  /** The pass is over. */
  clear(): void {
    clearTimeout(this.#timer);
  }
}
