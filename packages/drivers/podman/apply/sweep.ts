import type { PodmanClient } from '../client/contract.ts';
import { isOurs, labels } from '../labels.ts';
import type { PodmanContext } from './context.ts';

/** Containers of job runs whose result is written down: left when a pass ended between the note and the removal. */
export async function sweepRuns(cx: PodmanContext, writer: () => Promise<PodmanClient>): Promise<void> {
  // Without a result there is nothing that was written down; most nodes never ask.
  if (Object.keys(cx.ledger.jobs).length === 0) return;
  const client = await writer();
  for (const row of await client.containers()) {
    const slot = row.labels[labels.job];
    if (slot === undefined || row.state !== 'exited' || !isOurs(row.labels, cx)) continue;
    const recorded = cx.ledger.jobs[slot];
    if (recorded !== undefined && recorded.finishedAt >= row.exitedAt) await client.remove(row.id);
  }
}
