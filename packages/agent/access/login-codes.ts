import type { Instant, Principal } from '@reconcile/core';
import { hashOf, newSecret } from './secret.ts';

const lifeMs = 60_000;
const most = 20;

/** One-time codes of this process: each opens the dashboard once, for whoever asked for it, within a minute. */
export class LoginCodes {
  readonly #open = new Map<string, { readonly by: Principal; readonly until: Instant }>();

  make(by: Principal, now: Instant): { readonly code: string; readonly until: Instant } {
    const [oldest] = this.#open.keys();
    if (this.#open.size >= most && oldest !== undefined) this.#open.delete(oldest);
    const code = newSecret();
    const until = now + lifeMs;
    this.#open.set(hashOf(code), { by, until });
    return { code, until };
  }

  /** Whose it was; undefined: unknown, used, or too old. It is used up either way. */
  take(code: string, now: Instant): Principal | undefined {
    const hash = hashOf(code);
    const found = this.#open.get(hash);
    this.#open.delete(hash);
    return found !== undefined && now < found.until ? found.by : undefined;
  }
}
