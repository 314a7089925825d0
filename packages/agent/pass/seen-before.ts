import type { Look } from '@reconcile/engine';
import type { Lock } from '@reconcile/registry';
import { monotonicMs } from '@reconcile/registry/monotonic';

/** A look without the lock, and when it began: before anything was asked, in `monotonicMs`. */
export interface SeenBefore {
  readonly commit: string;
  readonly look: Look;
  readonly begunAt: number;
}

/** The world changes without us, too: after this long the writer looks for itself, ms. */
const seenForMs = 2000;

/** A plan is only good for what its writer saw. What was seen with no writer from before it until `now` is as good. */
export function holdsGood(
  { freeSince }: Pick<Lock, 'freeSince'>,
  seen: SeenBefore | undefined,
  now = monotonicMs(),
): boolean {
  if (seen === undefined || freeSince === undefined) return false;
  return freeSince < seen.begunAt && now - seen.begunAt < seenForMs;
}
