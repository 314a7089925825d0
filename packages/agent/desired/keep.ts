import type { Instant, Principal } from '@reconcile/core';
import { enterGeneration, markSnapshotGood, putCompiled, type Registry, saveSnapshot } from '@reconcile/registry';
import type { LoadInput } from './input.ts';
import type { Loaded } from './model.ts';
import { compiledKey } from './stored.ts';

/** Writes a good snapshot down before anything is done by it: from here on the node can go on without its source. */
export async function keepLoaded(
  registry: Registry,
  input: Pick<LoadInput, 'config' | 'install'>,
  { loaded, at, by }: { loaded: Loaded; at: Instant; by: Principal },
): Promise<void> {
  const { commit, fresh } = loaded;
  if (fresh !== undefined) {
    await saveSnapshot(registry, fresh.snapshot);
    const key = compiledKey(input, fresh.snapshot.commit);
    await registry.write((rows) => {
      markSnapshotGood(rows, fresh.snapshot.commit);
      if (key !== undefined) putCompiled(rows, key, { text: fresh.compiled, at });
    });
  }
  if (commit !== undefined && loaded.desired !== undefined) {
    await registry.write((rows) => enterGeneration(rows, { commit: commit.commit, at, by }));
  }
}
