import type { Action, ApplyContext, Driver } from '@reconcile/core';
import type { Host, ReadHost } from '@reconcile/host';
import { fail } from '../errors.ts';
import { type LookOptions, look, noteName } from '../observe/look.ts';
import { haproxyObserver } from '../observe/observe.ts';
import { allocate } from '../record/pool.ts';
import type { HaproxySettings } from '../settings/settings.ts';
import { bring, type Outcome } from './bring.ts';
import { Draft } from './draft.ts';
import { checkPrograms } from './programs.ts';
import { completeStock, namesAsked, takeStock } from './stock.ts';
import { prepareDirectories } from './store.ts';

/** Kept back from an action's deadline, so that the reason is told before the executor loses patience. */
const marginMs = 5_000;
const holdingLookMs = 250;

/** HAProxy as a driver. Actions that arrive while one is being written are written together: one check, one load. */
export function haproxyDriver(settings: HaproxySettings): Driver<ReadHost, Host> {
  const writer = new Writer(settings);
  return {
    ...haproxyObserver(settings),
    async apply(cx, action) {
      const end = cx.host.clock.now() + Math.max(0, action.timeoutMs - marginMs);
      await checkPrograms(cx.host, settings, action);
      while ((await writer.add(cx, action)) === 'holding') {
        if (cx.host.clock.now() >= end) {
          throw fail('HAPROXY_HOLDING', {
            message: `apply ${action.id}`,
            key: action.key,
            wanted: 'parked routes served first',
          });
        }
        await cx.host.clock.sleep(holdingLookMs, cx.signal);
      }
      return undefined;
    },
  };
}

/** One call of `apply` that waits for its write. */
class Item {
  readonly cx: ApplyContext<Host>;
  readonly action: Action;
  readonly outcome: Promise<Outcome>;
  isSettled = false;
  #resolve: (outcome: Outcome) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;

  constructor(cx: ApplyContext<Host>, action: Action) {
    this.cx = cx;
    this.action = action;
    this.outcome = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  resolve(outcome: Outcome): void {
    this.isSettled = true;
    this.#resolve(outcome);
  }

  reject(error: unknown): void {
    this.isSettled = true;
    this.#reject(error);
  }
}

/** One write at a time, all that waits in the next one. Keeps nothing between writes: each starts from what is there. */
class Writer {
  readonly #settings: HaproxySettings;
  #waiting: Item[] = [];
  #isWriting = false;

  constructor(settings: HaproxySettings) {
    this.#settings = settings;
  }

  add(cx: ApplyContext<Host>, action: Action): Promise<Outcome> {
    const item = new Item(cx, action);
    this.#waiting.push(item);
    if (!this.#isWriting) void this.#drain();
    return item.outcome;
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

  /** All of them in one load; when that fails, each alone, so that one bad action does not take the others with it. */
  async #write(items: readonly Item[]): Promise<void> {
    const open = items.filter((item) => !isCancelled(item));
    if (open[0] === undefined) return;
    const { host } = open[0].cx;
    const note = open[0].cx.ledger.notes[noteName];
    // HAProxy takes as long to tell of 500 certificates as of all else: those that nobody asks about are left to the next pass.
    // What is amiss and belongs to no route is laid at the listeners: they take a look at all.
    const actions = open.map(({ action }) => action);
    const only = actions.every(({ kind }) => kind === 'route') ? namesAsked(actions) : undefined;
    const result = await this.#bring(host, open, { note, only }).catch((error: unknown) => ({ error }));
    const accepted = open.filter((item) => !item.isSettled);
    if (accepted.length > 1 && result !== 'done') {
      for (const item of accepted) await this.#write([item]);
      return;
    }
    for (const item of accepted) {
      if (typeof result === 'object') item.reject(result.error);
      else item.resolve(result);
    }
  }

  async #bring(host: Host, items: readonly Item[], options: LookOptions): Promise<Outcome> {
    const settings = this.#settings;
    // Side by side, since HAProxy takes its time to answer; what is amiss with our directories is of interest to a write alone.
    const ready = prepareDirectories(host, settings);
    ready.catch(() => undefined);
    const open = items.filter((item) => !item.isSettled);
    const asked = takeStock(host, settings, namesAsked(open.map(({ action }) => action)));
    const [sight, taken] = await Promise.all([look(host, settings, options), asked]);
    const { copies, stock } = await completeStock(host, settings, { sight, taken });
    const draft = new Draft(sight.manifest, stock);
    const accepted: Action[] = [];
    for (const item of open) {
      try {
        draft.apply(item.action, host.clock.now());
        accepted.push(item.action);
      } catch (refusal) {
        item.reject(refusal);
      }
    }
    if (accepted.length === 0) return 'done';
    const mayStart = accepted.some(({ verb }) => verb !== 'delete' && verb !== 'park');
    const next = allocate(draft.done(), sight.manifest);
    const outcome = await bring(host, settings, { sight, ready, next, pems: draft.pems(next), copies, mayStart });
    return outcome === 'look at all' ? this.#bring(host, open, { note: options.note }) : outcome;
  }
}

/** Before its write began: nothing of it was done. */
function isCancelled(item: Item): boolean {
  if (!item.cx.signal.aborted) return false;
  item.reject(fail('HAPROXY_CANCELLED', { message: `apply ${item.action.id}`, key: item.action.key }));
  return true;
}
