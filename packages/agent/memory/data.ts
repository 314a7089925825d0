import type { Observed } from '@reconcile/core';
import { dataToKeep, type VolumeState } from '@reconcile/core/kinds/volume';
import { putVolume, type Registry } from '@reconcile/registry';

/** Whose data lies where, as just seen: a quiet look writes nothing. */
export async function keepData(registry: Registry, observed: Observed): Promise<void> {
  const found = Object.values(observed.resources).flatMap(({ key, kind, state }) => {
    const data = kind === 'volume' ? (state as unknown as VolumeState).data : undefined;
    const kept = data?.seen === undefined ? undefined : dataToKeep(data.known, data.seen);
    return kept === undefined ? [] : [{ name: key.slice('volume/'.length), kept }];
  });
  if (found.length === 0) return;
  await registry.write((rows) => {
    for (const { kept, name } of found) putVolume(rows, name, { ...kept, at: observed.at });
  });
}
