import type { Instant } from '@reconcile/core';
import type { Registry } from './registry.ts';
import { pruneEvents } from './tables/event.ts';
import { pruneHistory } from './tables/history.ts';
import { pruneOverrides } from './tables/override.ts';

const fullBatch = 500;
const mostBatches = 20;

/** Drops what is old or too much, in small transactions with room for others in between. @returns rows dropped */
export async function pruneRegistry(registry: Registry, now: Instant): Promise<number> {
  let dropped = await registry.write((rows) => pruneOverrides(rows, now));
  for (let batch = 0; batch < mostBatches; batch++) {
    const [events, entries] = await registry.write((rows) => [pruneEvents(rows, now), pruneHistory(rows)] as const);
    dropped += events + entries;
    if (events < fullBatch && entries < fullBatch) break;
  }
  return dropped;
}
