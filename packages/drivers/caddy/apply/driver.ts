import type { Action, ApplyContext, Driver } from '@reconcile/core';
import type { Host, ReadHost } from '@reconcile/host';
import { fail } from '../errors.ts';
import { caddyObserver } from '../observe/observe.ts';
import type { CaddySettings } from '../settings/settings.ts';
import { bring } from './bring.ts';

/** An existing Caddy as a driver. Actions that arrive while one is being written are written together: each write reloads all. */
export function caddyDriver(settings: CaddySettings): Driver<ReadHost, Host> {
  const writer = new Writer(settings);
  return {
    ...caddyObserver(settings),
    async apply(cx, action) {
      await writer.add(cx, action);
      return undefined;
    },
  };
}

/** One call of `apply` that waits for its write. */
interface Item {
  readonly cx: ApplyContext<Host>;
  readonly action: Action;
  resolve(): void;
  reject(error: unknown): void;
}

/** One write at a time, all that waits in the next one. Keeps nothing between writes: each starts from what runs. */
class Writer {
  readonly #settings: CaddySettings;
  #waiting: Item[] = [];
  #isWriting = false;

  constructor(settings: CaddySettings) {
    this.#settings = settings;
  }

  add(cx: ApplyContext<Host>, action: Action): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ cx, action, resolve, reject });
      if (!this.#isWriting) void this.#drain();
    });
  }

  async #drain(): Promise<void> {
    this.#isWriting = true;
    // Actions of one plan become ready in one turn of the event loop.
    await new Promise(setImmediate);
    while (this.#waiting.length > 0) {
      const items = this.#waiting;
      this.#waiting = [];
      await this.#write(items);
    }
    this.#isWriting = false;
  }

  /** All of them together; when that fails, each alone, so that one bad action does not take the others with it. */
  async #write(items: readonly Item[]): Promise<void> {
    const open = items.filter((item) => !isCancelled(item));
    const first = open[0];
    if (first === undefined) return;
    try {
      const actions = open.map((item) => item.action);
      const refused = await bring(first.cx.host, this.#settings, actions);
      for (const item of open) {
        if (refused.has(item.action)) item.reject(refused.get(item.action));
        else item.resolve();
      }
    } catch (error) {
      if (open.length === 1) first.reject(error);
      else for (const item of open) await this.#write([item]);
    }
  }
}

/** Before its write began: nothing of it was done. */
function isCancelled({ cx, action, reject }: Item): boolean {
  if (!cx.signal.aborted) return false;
  reject(fail('CADDY_CANCELLED', { message: `apply ${action.id}`, key: action.key }));
  return true;
}
