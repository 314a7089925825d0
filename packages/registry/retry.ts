import { setTimeout as delay } from 'node:timers/promises';
import { isBusy } from './sqlite-error.ts';

export interface RetryOptions {
  /** How long to go on trying, ms. Default 10 s. */
  readonly limitMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Runs synchronous database work again while somebody else holds a lock, pausing on the event loop in between: no
 * statement ever waits. @throws the last busy error when `limitMs` is over, any other error at once
 */
export async function withRetry<T>(work: () => T, options: RetryOptions = {}): Promise<T> {
  const until = performance.now() + (options.limitMs ?? 10_000);
  for (let pauseMs = 2; ; pauseMs = Math.min(100, pauseMs * 2)) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || performance.now() + pauseMs > until) throw error;
    }
    await delay(pauseMs, undefined, options.signal === undefined ? {} : { signal: options.signal });
  }
}
