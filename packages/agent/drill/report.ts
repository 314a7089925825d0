import type { Desired, Event, Instant, Plan, SlotKey } from '@reconcile/core';
import type { Copy } from './copy.ts';
import type { MovedPort } from './ports.ts';

/** One slot as the drill saw it. */
export interface DrilledSlot {
  readonly slot: SlotKey;
  readonly isProved: boolean;
  /** From its first action to its gate, ms; absent: it had none. */
  readonly tookMs?: number;
  /** Why it is not proved. */
  readonly why?: string;
  readonly ports: readonly MovedPort[];
}

export interface DrilledStage {
  readonly name: string;
  /** From its first action to its last gate, ms. */
  readonly tookMs: number;
  readonly slots: readonly DrilledSlot[];
}

/** What `recover --drill` found. */
export interface DrillReport {
  readonly node: string;
  readonly commit: string;
  /** Every slot that this node boots came up and passed its gate. */
  readonly isProved: boolean;
  /** From the first look to the last gate, ms: how long the real recovery would take, as far as it is proved. */
  readonly tookMs: number;
  readonly stages: readonly DrilledStage[];
  /** Kinds that were left out, with how many there are. */
  readonly without: Readonly<Record<string, number>>;
  /** How the data was seen. */
  readonly data: 'overlay' | 'read-only';
}

export interface DrillCourse {
  /** Of the node itself. */
  readonly desired: Desired;
  readonly copy: Copy;
  readonly events: readonly Event[];
  readonly startedAt: Instant;
  /** What was left at the end; absent: it was cut off before. */
  readonly left: Plan | undefined;
  readonly overlays: boolean;
}

interface Times {
  readonly from: Instant;
  readonly to: Instant;
}

/** What the course of a drill comes to. Pure. */
export function drillReport(course: DrillCourse): DrillReport {
  const { copy, desired, events, overlays, startedAt } = course;
  const slots = bootedSlots(desired);
  const courses = new Map([...slots.keys()].map((slot) => [slot, slotCourse(slot, course)]));
  const stages = desired.stages.map((stage, at): DrilledStage => {
    const own = [...slots]
      .flatMap(([slot, of]) => (of === at ? [courses.get(slot)] : []))
      .filter((one) => one !== undefined);
    const times = own.flatMap(({ times: one }) => (one === undefined ? [] : [one]));
    return { name: stage.name, tookMs: span(times), slots: own.map(({ drilled }) => drilled) };
  });
  const ends = events.filter(({ type }) => type === 'gate.opened' || type === 'action.succeeded').map(({ at }) => at);
  return {
    node: desired.node,
    commit: desired.commit,
    isProved: [...courses.values()].every(({ drilled }) => drilled.isProved),
    tookMs: Math.max(0, Math.max(startedAt, ...ends) - startedAt),
    stages: stages.filter(({ slots: own }) => own.length > 0),
    without: copy.without,
    data: overlays ? 'overlay' : 'read-only',
  };
}

/** Slots that a boot brings up, and their stage; in order. */
function bootedSlots({ refusals, resources, services }: Desired): ReadonlyMap<SlotKey, number> {
  const found = new Map<SlotKey, number>();
  for (const { active, kind, slot, stage } of Object.values(resources))
    if (kind === 'container' && active !== false) found.set(slot, stage ?? 0);
  for (const { service, slot } of refusals) found.set(slot, services[service]?.stage ?? 0);
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function slotCourse(
  slot: SlotKey,
  { copy, events, left }: DrillCourse,
): { readonly drilled: DrilledSlot; readonly times: Times | undefined } {
  const own = events.filter((event) => 'slot' in event && event.slot === slot);
  const from = own.find(({ type }) => type === 'action.started')?.at;
  const gate = own.findLast(
    ({ type }) => type === 'gate.opened' || type === 'gate.expired' || type === 'action.failed',
  );
  const unproved = copy.unproved[slot] ?? (gate?.type === 'gate.opened' ? undefined : whyNot(slot, own, left));
  const still = unproved === undefined ? leftOf(slot, left) : undefined;
  const why = unproved ?? still;
  const times = from === undefined || gate?.type !== 'gate.opened' ? undefined : { from, to: gate.at };
  const drilled: DrilledSlot = {
    slot,
    isProved: why === undefined,
    ...(times === undefined ? {} : { tookMs: times.to - times.from }),
    ...(why === undefined ? {} : { why }),
    ports: copy.moved[slot] ?? [],
  };
  return { drilled, times };
}

/** What the slot itself said first, then what the plan waits for. */
function whyNot(slot: SlotKey, own: readonly Event[], left: Plan | undefined): string {
  const failed = own.findLast((event) => event.type === 'action.failed' || event.type === 'gate.expired');
  if (failed !== undefined && 'message' in failed) return failed.message;
  return (
    leftOf(slot, left) ?? (left === undefined ? 'the drill ended before it was its turn' : 'it did not become ready')
  );
}

function leftOf(slot: SlotKey, left: Plan | undefined): string | undefined {
  return (
    left?.held.find(({ slots }) => slots.includes(slot))?.message ??
    left?.waiting.find((wait) => wait.slot === slot)?.message
  );
}

function span(times: readonly Times[]): number {
  if (times.length === 0) return 0;
  return Math.max(...times.map(({ to }) => to)) - Math.min(...times.map(({ from }) => from));
}
