import {
  type BootWait,
  type Desired,
  emptyHistory,
  type History,
  type Instant,
  type Plan,
  type StartWait,
} from '@reconcile/core';
import { awaitedStages, startWaits } from '@reconcile/core/plan';
import {
  addBootSlot,
  type BootFacts,
  type BootSlotRow,
  listBootSlots,
  markStageSince,
  putBootWaits,
  type Registry,
  readBoot,
  seeBoot,
  stagesSince,
  writeBootFacts,
} from '@reconcile/registry';

/** Waits kept of one slot: a service that fails for hours must not fill the registry. */
const mostWaits = 8;

export interface BootRecorderParts {
  readonly registry: Registry;
  readonly bootId: string;
  now(): Instant;
}

/**
 * Writes down what a boot waits for, by each plan before it is carried out: the first pass since the boot says who belongs to the
 * report, the journal when each was started and ready. Once all of them are ready nothing is written any more. @throws as
 * `Registry.write`
 */
export async function recordBoot(
  { bootId, now, registry }: BootRecorderParts,
  seen: { readonly desired: Desired; readonly history: History | undefined; readonly whole: Plan },
): Promise<void> {
  const { desired, history = emptyHistory, whole } = seen;
  const at = now();
  const { boot, known, open } = registry.read((rows) => ({
    boot: readBoot(rows, bootId),
    known: stagesSince(rows, bootId),
    open: listBootSlots(rows, bootId, 'open'),
  }));
  const isNew = boot?.facts === undefined;
  const booting = isNew ? bootingSlots(desired, history) : open;
  const stages = awaitedStages(whole).filter((name) => known[name] === undefined);
  const changed = changedWaits(booting, whole, at);
  if (!isNew && stages.length === 0 && changed.length === 0) return;
  await registry.write((rows) => {
    seeBoot(rows, bootId, at);
    if (isNew) {
      writeBootFacts(rows, bootId, { stages: desired.stages });
      for (const slot of booting) addBootSlot(rows, bootId, slot);
    }
    for (const stage of stages) markStageSince(rows, { bootId, stage, at });
    for (const slot of changed) putBootWaits(rows, bootId, slot);
  });
}

/** Everything is well for the first time since this boot. */
export async function recordBootEnd({ bootId, now, registry }: BootRecorderParts): Promise<void> {
  const facts: BootFacts | undefined = registry.read((rows) => readBoot(rows, bootId))?.facts;
  if (facts === undefined || facts.convergedAt !== undefined) return;
  await registry.write((rows) => writeBootFacts(rows, bootId, { ...facts, convergedAt: now() }));
}

function bootingSlots({ resources, stages }: Desired, { slots }: History): readonly BootSlotRow[] {
  return Object.values(resources).flatMap(({ active, kind, slot, stage }) =>
    kind !== 'container' || active === false || slots[slot]?.readySinceBoot === true
      ? []
      : [{ slot, stage: stages[stage ?? -1]?.name ?? '', waits: [] }],
  );
}

function changedWaits(booting: readonly BootSlotRow[], whole: Plan, at: Instant): readonly BootSlotRow[] {
  if (booting.length === 0) return [];
  const waiting = startWaits(whole);
  return booting.flatMap((slot) => {
    const waits = foldWaits(slot.waits, waiting.get(slot.slot) ?? [], { at, startedAt: slot.startedAt });
    return waits === undefined ? [] : [{ ...slot, waits }];
  });
}

/** Waits with those that are over ended, at its start where that came since, and new ones begun; undefined: nothing changed. */
export function foldWaits(
  before: readonly BootWait[],
  now: readonly StartWait[],
  { at, startedAt }: { readonly at: Instant; readonly startedAt?: Instant | undefined },
): readonly BootWait[] | undefined {
  const endOf = ({ since }: BootWait) => (startedAt !== undefined && startedAt >= since ? startedAt : at);
  const isSame = (a: StartWait, b: StartWait) => a.kind === b.kind && a.on === b.on;
  const ended = before.map((wait) =>
    wait.until !== undefined || now.some((other) => isSame(wait, other)) ? wait : { ...wait, until: endOf(wait) },
  );
  const begun = now.filter((wait) => !before.some((other) => other.until === undefined && isSame(wait, other)));
  if (begun.length === 0 && ended.every((wait, i) => wait === before[i])) return undefined;
  return [...ended, ...begun.map((wait) => ({ ...wait, since: at }))].slice(-mostWaits);
}
