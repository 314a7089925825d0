import type { BootReport, BootSlot, BootStage, BootWait, Instant, Stage } from '@reconcile/core';
import { duration } from '@reconcile/core/render';
import { type BootSlotRow, listBootSlots, type Registry, readBoot, stagesSince } from '@reconcile/registry';

/**
 * The report of one boot as the registry has it; undefined: no pass has been made since. Ends of waits that no later plan told are those
 * of what was waited for. @throws as `Registry.read`
 */
export function bootReport(registry: Registry, bootId: string, now: Instant): BootReport | undefined {
  return registry.read((rows) => {
    const boot = readBoot(rows, bootId);
    if (boot?.facts === undefined) return undefined;
    const { convergedAt, stages: declared } = boot.facts;
    const found = listBootSlots(rows, bootId);
    const since = stagesSince(rows, bootId);
    const stages = declared.map((stage) => stageOf(stage, { found, since: since[stage.name], now }));
    const rank = new Map(declared.map(({ name }, i) => [name, i]));
    const slots = found
      .map((row) => slotOf(row, { found, stages, now }))
      .sort((a, b) => (rank.get(a.stage) ?? 0) - (rank.get(b.stage) ?? 0) || begin(a) - begin(b));
    return {
      bootId,
      firstSeenAt: boot.firstSeen,
      ...(convergedAt === undefined ? {} : { convergedAt }),
      stages,
      slots,
    };
  });
}

function begin({ readyAt, startedAt }: BootSlot): Instant {
  return startedAt ?? readyAt ?? Number.MAX_SAFE_INTEGER;
}

function stageOf(
  { name, onTimeout, timeoutMs }: Stage,
  of: { found: readonly BootSlotRow[]; since: Instant | undefined; now: Instant },
): BootStage {
  const { found, now, since } = of;
  const own = found.filter(({ stage }) => stage === name);
  const readyAt = own.every((slot) => slot.readyAt !== undefined)
    ? Math.max(...own.map((slot) => slot.readyAt ?? 0))
    : undefined;
  const isReady = readyAt !== undefined && own.length > 0;
  const lateAt = since === undefined ? undefined : since + timeoutMs;
  const isLate = lateAt !== undefined && lateAt <= now && !(isReady && readyAt <= lateAt);
  return {
    name,
    timeoutMs,
    onTimeout,
    ...(since === undefined ? {} : { since }),
    ...(isReady ? { readyAt } : {}),
    ...(isLate ? { lateAt } : {}),
  };
}

function slotOf(
  { readyAt, slot, stage, startedAt, waits: told }: BootSlotRow,
  of: { found: readonly BootSlotRow[]; stages: readonly BootStage[]; now: Instant },
): BootSlot {
  const waits = told.map((wait): BootWait => {
    const ends = [endOf(wait, of), wait.until, startedAt, readyAt];
    const until = ends.find((at) => at !== undefined && at >= wait.since);
    return until === undefined ? wait : { ...wait, until };
  });
  return {
    slot,
    stage,
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(readyAt === undefined ? {} : { readyAt }),
    waitedFor: waitedFor(waits, of.now),
    waits,
  };
}

/** When what it waited for came to be, as far as the report itself knows. */
function endOf(
  { kind, on }: BootWait,
  { found, stages }: { found: readonly BootSlotRow[]; stages: readonly BootStage[] },
): Instant | undefined {
  if (kind === 'slot') return found.find(({ slot }) => slot === on)?.readyAt;
  if (kind !== 'stage') return undefined;
  const stage = stages.find(({ name }) => name === on);
  return stage?.lateAt !== undefined && stage.onTimeout === 'continue' ? stage.lateAt : stage?.readyAt;
}

function waitedFor(waits: readonly BootWait[], now: Instant): string {
  return waits
    .map((wait) => ({ wait, ms: (wait.until ?? now) - wait.since }))
    .sort((a, b) => b.ms - a.ms)
    .map(({ ms, wait }) => `${waitText(wait)} ${duration(ms)}`)
    .join(', ');
}

function waitText({ kind, on, why }: BootWait): string {
  switch (kind) {
    case 'stage':
    case 'job':
    case 'image':
      return `${kind} ${on}`;
    case 'slot':
      return on;
    case 'hold':
    case 'wait':
      return why === '' ? on : why;
  }
}
