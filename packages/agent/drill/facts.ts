import type { Desired } from '@reconcile/core';
import type { ContainerSpec } from '@reconcile/core/kinds/container';
import type { JobSpec } from '@reconcile/core/kinds/job';
import type { VolumeSpec } from '@reconcile/core/kinds/volume';
import type { ReadHost } from '@reconcile/host';
import type { SourceFact } from './mounts.ts';

/** Every mounted source of this node, as it is. */
export async function sourceFacts(
  host: ReadHost,
  desired: Desired,
  volumePath: string,
): Promise<Readonly<Record<string, SourceFact>>> {
  const facts: Record<string, SourceFact> = Object.create(null) as Record<string, SourceFact>;
  for (const { kind, spec } of Object.values(desired.resources)) {
    const run = kind === 'container' ? (spec as unknown as ContainerSpec) : undefined;
    const mounts = (run ?? (kind === 'job' ? (spec as unknown as JobSpec).run : undefined))?.mounts ?? [];
    for (const { source } of mounts) facts[source] ??= await factOf(host, source, { desired, volumePath });
  }
  return facts;
}

async function factOf(
  host: ReadHost,
  source: string,
  { desired, volumePath }: { readonly desired: Desired; readonly volumePath: string },
): Promise<SourceFact> {
  const isVolume = !source.startsWith('/');
  const volume = isVolume
    ? (desired.resources[`volume/${source}`]?.spec as unknown as VolumeSpec | undefined)
    : undefined;
  const isElsewhere =
    volume !== undefined &&
    ((volume.driver !== '' && volume.driver !== 'local') || Object.keys(volume.options).length > 0);
  const path = isVolume ? `${volumePath}/${source}/_data` : source;
  const stat = await host.files.stat(path);
  if (stat === undefined) return { kind: 'missing', path, isElsewhere };
  const real = (await host.files.realpath(path)) ?? path;
  switch (stat.kind) {
    case 'file':
    case 'directory':
    case 'socket':
    case 'other':
      // A host path that is a link is refused on the node as well: by the driver, in its own words.
      return { kind: stat.kind, path: isVolume ? real : path, isElsewhere };
    case 'symlink':
      return { kind: 'directory', path, isElsewhere };
  }
}
