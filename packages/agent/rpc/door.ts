import type { Instant, Principal } from '@reconcile/core';
import { addAudit } from '@reconcile/registry';
import type { From } from '@reconcile/rpc/server';
import { fail } from '../access/errors.ts';
import { bearerOf, Failures, insist, ruleOf, unauthenticated, type Vouchers } from '../access/index.ts';
import type { RuledWish } from './call.ts';

/** What the door goes by. */
export interface DoorOptions extends Vouchers {
  /** Who runs the agent: whoever can open its socket. */
  readonly uid: number;
  readonly now: () => Instant;
  /** Whom a certificate's names stand for; undefined: nobody. */
  readonly clientOf: (names: readonly string[]) => Principal | undefined;
}

/** The one way to every RPC: who, whether the table allows it, and the audit, before anything is done. */
export class Door {
  readonly #of: DoorOptions;
  readonly #failures = new Failures();
  readonly #turnedAway = new Failures();

  constructor(of: DoorOptions) {
    this.#of = of;
  }

  /** Who it is, once that one may. @throws NOT_AUTHENTICATED NOT_ALLOWED ISSUER_UNKNOWN TOO_MANY_FAILURES */
  async admit(from: From, { args, wish }: { readonly wish: RuledWish; readonly args: unknown }): Promise<Principal> {
    const by = await this.#identify(from, wish);
    const note = async (outcome: 'allowed' | 'denied'): Promise<void> => {
      if (ruleOf(wish.method)?.acts !== true) return;
      const { now, registry } = this.#of;
      const via = from.way === 'unix' ? 'socket' : 'grpc';
      const told = JSON.parse(JSON.stringify(args ?? {})) as Record<string, never>;
      await registry.write((rows) => addAudit(rows, { at: now(), by, via, ...wish, args: told, outcome }));
    };
    try {
      insist(by, wish);
    } catch (error) {
      await note('denied');
      throw error;
    }
    await note('allowed');
    return by;
  }

  /** Somebody was let go before a question could be asked; the first ten of a minute are written down. */
  async refused({ address, why }: { readonly address: string; readonly why: string }): Promise<void> {
    const { now, registry } = this.#of;
    const at = now();
    if (this.#turnedAway.waitMs('', at) > 0) return;
    this.#turnedAway.note('', at);
    const by: Principal = { issuer: 'tls', subject: address, kind: 'machine', scopes: [] };
    const entry = { at, by, via: 'grpc', method: 'handshake', target: '', args: { why }, outcome: 'denied' } as const;
    await registry.write((rows) => addAudit(rows, entry));
  }

  async #identify({ address, authorization, names, way }: From, { method }: RuledWish): Promise<Principal> {
    const { clientOf, now, uid } = this.#of;
    if (way === 'unix') return { issuer: 'unix', subject: String(uid), kind: 'person', scopes: ['admin'] };
    if (authorization === undefined) {
      const known = clientOf(names);
      if (known === undefined) throw unauthenticated(method);
      return known;
    }
    const waitMs = this.#failures.waitMs(address, now());
    if (waitMs > 0) throw fail('TOO_MANY_FAILURES', { message: 'ask again', hint: `in ${Math.ceil(waitMs / 1000)} s` });
    try {
      return await bearerOf(this.#of, authorization, now());
    } catch (error) {
      this.#failures.note(address, now());
      throw error;
    }
  }
}
