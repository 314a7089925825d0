import type { Desired, ObserveContext, ObservedResource } from '@reconcile/core';
import {
  dataIdentity,
  dataTrouble,
  type SeenData,
  type VolumeSpec,
  type VolumeState,
} from '@reconcile/core/kinds/volume';
import type { ReadHost } from '@reconcile/host';
import type { VolumeRow } from '../client/contract.ts';
import { isOurs } from '../labels.ts';

/** Volumes that definitions name: podman's by listing, host directories by a look. Others are nobody's business here. */
export async function observedVolumes(
  cx: ObserveContext<ReadHost>,
  { rows, volumePath }: { readonly rows: readonly VolumeRow[]; readonly volumePath: string },
): Promise<ObservedResource[]> {
  const byName = new Map(rows.map((row) => [row.name, row]));
  const wanted = Object.values(cx.desired.resources).filter((resource) => resource.kind === 'volume');
  const seen = await Promise.all(
    wanted.map(async (resource): Promise<ObservedResource[]> => {
      const spec = resource.spec as unknown as VolumeSpec;
      const row = spec.source === 'named' ? byName.get(spec.name) : undefined;
      const path = spec.source === 'named' ? `${volumePath}/${spec.name}/_data` : spec.name;
      const found = await seeData(cx.host, path);
      const known = cx.ledger.volumes[spec.name];
      // Podman forgets a volume with its database, and takes the directory up again when the name is made anew.
      const exists = spec.source === 'named' ? row !== undefined : found !== undefined;
      const isLost = !exists && dataTrouble(spec.name, known, found) !== undefined;
      if (!exists && !isLost) return [];
      const data = {
        ...(exists && found !== undefined ? { seen: found } : {}),
        ...(known === undefined ? {} : { known }),
      };
      const state: VolumeState = {
        // A host directory has no birth that podman would tell; it is never younger than its users.
        createdAt: row?.createdAt ?? 0,
        ...(isPlain(spec) ? { data } : {}),
      };
      return [
        {
          key: resource.key,
          kind: 'volume',
          slot: resource.slot,
          services: resource.services,
          owner: row !== undefined && isOurs(row.labels, cx) ? 'managed' : 'foreign',
          state: state as unknown as ObservedResource['state'],
          health: 'none',
          references: [],
          claims: [],
        },
      ];
    }),
  );
  return seen.flat();
}

/**
 * Is there a directory of a wanted volume that these rows lack? Podman takes up the directory of a volume that it forgot when the name
 * is made anew, and no time of a file moves by that: rows of before say nothing then.
 */
export async function lacksOneThatIsThere(
  { desired, host }: Pick<ObserveContext<ReadHost>, 'desired' | 'host'>,
  { rows, volumePath }: { readonly rows: readonly VolumeRow[]; readonly volumePath: string },
): Promise<boolean> {
  const known = new Set(rows.map((row) => row.name));
  const lacking = Object.values(desired.resources)
    .filter((resource) => resource.kind === 'volume')
    .map((resource) => resource.spec as unknown as VolumeSpec)
    .filter(({ name, source }) => source === 'named' && !known.has(name));
  const found = await Promise.all(
    lacking.map(({ name }) => host.files.stat(`${volumePath}/${name}`).catch(() => undefined)),
  );
  return found.some((stat) => stat !== undefined);
}

/** With a driver or options of its own what lies there is mounted only while somebody uses it. */
function isPlain({ driver, options, source }: VolumeSpec): boolean {
  return source === 'host' || ((driver === '' || driver === 'local') && Object.keys(options).length === 0);
}

/** Two system calls; a directory that only a container's user may look into is somebody's, so not empty. */
async function seeData(host: ReadHost, path: string): Promise<SeenData | undefined> {
  const stat = await host.files.stat(path).catch(() => undefined);
  if (stat === undefined) return undefined;
  return { identity: dataIdentity(stat), isEmpty: (await host.files.isEmpty(path)) === true };
}

export function wantsNamedVolumes(desired: Desired): boolean {
  return Object.values(desired.resources).some(
    (resource) => resource.kind === 'volume' && (resource.spec as unknown as VolumeSpec).source === 'named',
  );
}
