import {
  acceptClock,
  clockNote,
  type Desired,
  type History,
  type Instant,
  type Json,
  type Plan,
  type Principal,
  parseClockNote,
} from '@reconcile/core';
import type { Memory } from '@reconcile/engine';
import {
  changedNotes,
  listNotes,
  loadHistory,
  loadLedger,
  markApplied,
  planLookups,
  putNotes,
  type Registry,
  registryJournal,
  useHold,
} from '@reconcile/registry';
import { recordBoot, recordBootEnd } from '../boot/index.ts';
import { keepData } from './data.ts';

export interface MemoryOptions {
  readonly registry: Registry;
  readonly desired: Desired;
  readonly bootId: string;
  readonly by: Principal;
  now(): Instant;
}

/** The engine's memory over this node's registry. */
export function registryMemory(options: MemoryOptions): Memory {
  const { bootId, by, desired, registry } = options;
  let history: History | undefined;
  return {
    async load() {
      history = loadHistory(registry, bootId, options.now());
      return { history, ledger: loadLedger(registry) };
    },
    journal(made) {
      const lookups = planLookups({
        plan: made,
        desired,
        history: history ?? loadHistory(registry, bootId, options.now()),
      });
      const { commit, generation } = desired;
      return registryJournal(registry, { bootId, generation, commit, principal: by, lookups, now: options.now });
    },
    note: (notes) => keepNotes(registry, notes),
    saw: (observed) => keepData(registry, observed),
    planned: (wanted, whole) => recordBoot(options, { desired: wanted, history, whole }),
    async finished(wanted, made, whole) {
      await finish(registry, wanted, { made, whole, at: options.now(), released: history?.releasedHolds ?? [] });
      if (isConverged(whole)) await recordBootEnd(options);
    },
  };
}

/** Only what changed is written. */
export async function keepNotes(registry: Registry, notes: Readonly<Record<string, Json>>): Promise<void> {
  if (registry.read((rows) => changedNotes(rows, notes)).length === 0) return;
  await registry.write((rows) => putNotes(rows, notes));
}

/**
 * A generation counts as applied once nothing of it is held. A pass narrowed to a part does not make it so while anything
 * lies outside that part: what is measured against, and which trailers still count, hangs on it. A released hold is used up
 * by the pass that carried it out.
 */
async function finish(
  registry: Registry,
  desired: Desired,
  { made, whole, at, released }: { made: Plan; whole: Plan; at: Instant; released: readonly string[] },
): Promise<void> {
  // What nobody confirmed yet is nothing to measure against, or to go back to.
  const isOpen = desired.trial?.state === 'open';
  const removalsHeld = whole.held.some((hold) => hold.code === 'BlastRadius' || hold.code === 'EmptySource');
  const isPart = whole.actions.length > made.actions.length;
  const active = Object.entries(desired.services).filter(([, service]) => service.active);
  const services = Object.fromEntries(active.map(([name, { stage }]) => [name, desired.stages[stage]?.name ?? '']));
  const converged = isConverged(whole);
  await registry.write((rows) => {
    if (!isOpen && !removalsHeld && !isPart) markApplied(rows, desired.generation, { at, services, converged });
    if (made.actions.length > 0) return;
    for (const id of released) useHold(rows, id, at);
    const clock = acceptClock(parseClockNote(listNotes(rows)[clockNote]), released);
    if (clock !== undefined) putNotes(rows, { [clockNote]: clock as unknown as Json });
  });
}

function isConverged({ actions, held, waiting }: Plan): boolean {
  return actions.length === 0 && waiting.length === 0 && held.length === 0;
}
