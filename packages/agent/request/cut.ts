import type { Instant } from '@reconcile/core';
import { cutRuns, interruptRuns, type Registry } from '@reconcile/registry';

/** Runs that the end of another boot cut short are told as interrupted and not run twice. Writes nothing where there are none. */
export async function closeCutRuns(registry: Registry, { at, bootId }: { bootId: string; at: Instant }): Promise<void> {
  const cut = registry.read((rows) => cutRuns(rows, bootId));
  if (cut.length > 0) await registry.write((rows) => interruptRuns(rows, cut, at));
}
