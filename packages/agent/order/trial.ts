import type { Plan } from '@reconcile/core';
import { revertedHoldId } from '@reconcile/core/plan';
import { lastingWords } from '@reconcile/core/render';
import { type ConfirmWindow, lastWindow, type Registry } from '@reconcile/registry';
import { arm, assertNoWindow, confirmWindow, openWindow, releaseReverted } from '../confirm/index.ts';
import type { PassOrder, TrialStanding } from '../service/order.ts';
import type { OrderContext } from './context.ts';

/** The part of an order that has to do with commits that are tried: begun, confirmed, or asked for again. */
export class OrderTrial {
  readonly #cx: OrderContext;
  readonly #order: PassOrder;
  readonly #registry: Registry;
  #armed: ConfirmWindow | undefined;
  #stays: readonly string[] = [];

  constructor(cx: OrderContext, order: PassOrder, registry: Registry) {
    this.#cx = cx;
    this.#order = order;
    this.#registry = registry;
  }

  /** A commit that nobody confirmed is meant all the same: it is tried anew, or its hold is released. */
  get again(): boolean {
    const { confirm = [], trial } = this.#order;
    const last = this.#registry.read(lastWindow);
    return trial !== undefined || (last?.state === 'reverted' && confirm.includes(revertedHoldId(last.commit)));
  }

  /** Before the look. @throws CONFIRM_OPEN CONFIRM_NONE CONFIRM_LATE */
  async begin(): Promise<void> {
    const { host } = this.#cx;
    const { keep, trial } = this.#order;
    if (trial !== undefined) await assertNoWindow({ host, registry: this.#registry });
    if (keep !== undefined) await confirmWindow(this.#registry, host, { id: keep, at: host.clock.now() });
  }

  /** Somebody said yes, and nothing is written yet. @throws CONFIRM_FIRST CONFIRM_SAME CONFIRM_UNWATCHED */
  async approved(made: Plan): Promise<void> {
    const { trial } = this.#order;
    if (trial === undefined) return this.taken();
    this.#armed = await arm({ ...this.#cx, registry: this.#registry }, trial, made);
    this.#stays = lastingWords(made);
  }

  /** What was held because nobody confirmed it is what counts again. */
  async taken(): Promise<void> {
    if (this.#order.trial === undefined && this.again) await releaseReverted(this.#registry, this.#cx.host.clock.now());
  }

  /** How what was begun stands now; undefined: nothing was. */
  async standing(): Promise<TrialStanding | undefined> {
    const last = this.#registry.read(lastWindow);
    if (this.#armed === undefined || last?.id !== this.#armed.id) return undefined;
    const { commit, id, previous } = last;
    const leftMs = Math.max(0, (await openWindow(this.#registry, this.#cx.host))?.leftMs ?? 0);
    return { id, commit, previous, state: stateOf(last, leftMs), leftMs, stays: this.#stays };
  }
}

function stateOf({ state }: ConfirmWindow, leftMs: number): TrialStanding['state'] {
  switch (state) {
    case 'armed':
      return leftMs > 0 ? 'open' : 'going back';
    case 'confirmed':
      return 'confirmed';
    case 'reverted':
    case 'released':
      return 'reverted';
  }
}
