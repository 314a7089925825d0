import type { Desired, ObserveContext, ObservedResource } from '@reconcile/core';
import type { VolumeSpec } from '@reconcile/core/kinds/volume';
import type { ReadHost } from '@reconcile/host';
import type { VolumeRow } from '../client/contract.ts';
import { isOurs } from '../labels.ts';

/** Volumes that definitions name: podman's by listing, host directories by a look. Others are nobody's business here. */
export async function observedVolumes(
  cx: ObserveContext<ReadHost>,
  rows: readonly VolumeRow[],
): Promise<ObservedResource[]> {
  const { desired, host } = cx;
  const byName = new Map(rows.map((row) => [row.name, row]));
  const wanted = Object.values(desired.resources).filter((resource) => resource.kind === 'volume');
  const seen = await Promise.all(
    wanted.map(async (resource): Promise<ObservedResource[]> => {
      const spec = resource.spec as unknown as VolumeSpec;
      const row = spec.source === 'named' ? byName.get(spec.name) : undefined;
      const exists = spec.source === 'named' ? row !== undefined : (await host.files.stat(spec.name)) !== undefined;
      if (!exists) return [];
      return [
        {
          key: resource.key,
          kind: 'volume',
          slot: resource.slot,
          services: resource.services,
          owner: row !== undefined && isOurs(row.labels, cx) ? 'managed' : 'foreign',
          // A host directory has no birth that podman or a file system would tell; it is never younger than its users.
          state: { createdAt: row?.createdAt ?? 0 },
          health: 'none',
          references: [],
          claims: [],
        },
      ];
    }),
  );
  return seen.flat();
}

export function wantsNamedVolumes(desired: Desired): boolean {
  return Object.values(desired.resources).some(
    (resource) => resource.kind === 'volume' && (resource.spec as unknown as VolumeSpec).source === 'named',
  );
}
