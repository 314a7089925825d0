import type { Instant } from '../../model/json.ts';

/** Deaths within the window that make a slot flap. */
export const flappingDeaths = 5;
/** How far back deaths count, and how long none may come before it is over, ms. */
export const flappingWindowMs = 600_000;

/**
 * Since when a slot flaps, by when it flapped before and its deaths; undefined: it does not. One incident goes on until a whole window
 * was quiet: leaving at fewer deaths than it began with would tell one trouble many times.
 */
export function flappingSince(
  before: Instant | undefined,
  deaths: readonly Instant[],
  now: Instant,
): Instant | undefined {
  const recent = deaths.filter((at) => at > now - flappingWindowMs).length;
  if (before !== undefined) return recent > 0 ? before : undefined;
  return recent >= flappingDeaths ? now : undefined;
}
