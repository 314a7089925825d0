import type { SlotHealth } from '../service/index.ts';

const hourMs = 3_600_000;

/** The probes of one slot over the last hour, small enough to be shown for hundreds of slots at once. */
export interface HealthLine {
  readonly slot: string;
  readonly state: SlotHealth['state'];
  /** Oldest first: the slowest answer in ms, -1 where one failed, null where nothing was asked. */
  readonly points: readonly (number | null)[];
}

/** An hour of samples in so many points. A failure is never averaged away. */
export function healthLine({ samples, slot, state }: SlotHealth, points: number, now: number): HealthLine {
  const line = new Array<number | null>(points).fill(null);
  for (const { at, latencyMs, ok } of samples) {
    const i = Math.floor(((at - (now - hourMs)) / hourMs) * points);
    if (i < 0 || i >= points) continue;
    const before = line[i] ?? null;
    if (!ok || before === -1) line[i] = -1;
    else line[i] = Math.max(before ?? 0, Math.round(latencyMs * 10) / 10);
  }
  return { slot, state, points: line };
}
