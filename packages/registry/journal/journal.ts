import type { Action, Instant, Journal, Principal } from '@reconcile/core';
import type { Registry } from '../registry.ts';
import type { Rows } from '../rows.ts';
import { closeIntent, closeIntentsBefore, openIntent } from '../tables/intent.ts';
import { carryOut } from './carry-out.ts';
import { containerIntent } from './container-effects.ts';
import { type Ending, effectsOf } from './effects.ts';
import { jobIntent } from './job-effects.ts';
import { type Lookups, recallFor } from './recall.ts';

export interface JournalOptions {
  readonly bootId: string;
  readonly generation: number;
  readonly commit: string;
  readonly principal: Principal;
  readonly lookups: Lookups;
  now(): Instant;
}

/**
 * Core's journal over this registry, for one pass. Each promise resolves when its rows are on disk; calls of one turn of
 * the event loop share a transaction. The first `begin` forgets intents of earlier passes: this one's plan was made
 * after the world had been looked at again. @throws (all three) as `Registry.write`
 */
export function registryJournal(registry: Registry, options: JournalOptions): Journal {
  const { bootId, generation, commit, principal: by, lookups } = options;
  const openedAt = options.now();

  const begin = (rows: Rows, actions: readonly Action[], at: Instant) => {
    closeIntentsBefore(rows, openedAt);
    for (const action of actions) {
      openIntent(rows, action, { commit, generation, bootId, epoch: registry.epoch, by, at });
      for (const operation of [...containerIntent(action, bootId), ...jobIntent(action, bootId)])
        carryOut(rows, operation, { at, commit, by });
    }
  };

  const end = (rows: Rows, action: Action, ended: { how: Ending; at: Instant }) => {
    const { how, at } = ended;
    const begunAt = closeIntent(rows, action.id);
    const recall = recallFor(rows, action, { lookups, bootId, at, begunAt });
    for (const operation of effectsOf(action, how, recall)) carryOut(rows, operation, { at, commit, by });
  };

  return {
    async begin(actions) {
      if (actions.length === 0) return;
      const at = options.now();
      await registry.write((rows) => begin(rows, actions, at));
    },
    async done(action, facts, at) {
      await registry.write((rows) => end(rows, action, { how: { done: facts }, at }));
    },
    async failed(action, failure, at) {
      await registry.write((rows) => end(rows, action, { how: { failed: failure }, at }));
    },
  };
}
