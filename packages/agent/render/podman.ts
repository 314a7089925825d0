import type { LedgerView, PlanInput, ResourceKey, SlotKey } from '@reconcile/core';
import type { ContainerCare, CreateArgs } from '@reconcile/core/kinds/container';
import { fileCopyPath } from '@reconcile/core/kinds/file';
import type { NetworkSpec } from '@reconcile/core/kinds/network';
import type { VolumeSpec } from '@reconcile/core/kinds/volume';
import { type Making, makings } from '@reconcile/core/plan';
import {
  networkCommand,
  runCommand,
  secretCommand,
  secretNames,
  volumeCommand,
} from '@reconcile/drivers/podman/render';
import { nodePaths } from '../node/paths.ts';
import { type FileSources, fileCommand } from './files.ts';
import { shellCommand } from './shell.ts';

export interface RenderInput extends FileSources {
  readonly input: PlanInput;
  readonly ledger: LedgerView;
}

/** One container as commands to type. */
export interface RenderedRun {
  readonly slot: SlotKey;
  readonly container: string;
  /** `podman run …`, quoted for a shell. */
  readonly command: string;
  /** What must be there before; each with how to make it. */
  readonly needs: readonly { readonly what: string; readonly isThere: boolean; readonly command: string }[];
}

/**
 * Exact `podman run` lines, in stage order, for whoever has to start things without us: the same container as a pass would
 * make, under the same name and with the ports it has or would have, so that the next pass takes it over. Reads only.
 */
export async function renderPodman(from: RenderInput, isWanted: (slot: SlotKey) => boolean): Promise<RenderedRun[]> {
  const { desired } = from.input;
  const stageOf = ({ slot }: Making) => desired.services[slot.split('/')[0] ?? '']?.stage ?? 0;
  const wanted = makings(from.input)
    .filter(({ slot }) => isWanted(slot))
    .sort((a, b) => stageOf(a) - stageOf(b) || (a.slot < b.slot ? -1 : 1));
  return Promise.all(wanted.map((making) => renderOne(from, making)));
}

async function renderOne(from: RenderInput, making: Making): Promise<RenderedRun> {
  const { config, host, input, ledger } = from;
  const args = making.args as unknown as CreateArgs;
  const { desired } = input;
  const { files: filesDir, secrets: secretsDir } = nodePaths(config);
  const names = args.spec.secrets.map((secret) => secret.name);
  const command = runCommand({
    slot: making.slot,
    args,
    restart: (making.care as unknown as ContainerCare).restart,
    maker: { fleet: desired.fleet, node: desired.node },
    filesDir,
    secretName: await secretNames(host, { secretsDir, copied: ledger.secrets }, names),
  });
  const needs = [...sharedNeeds(from, args), ...(await fileNeeds(from, args, filesDir))];
  return { slot: making.slot, container: args.name, command: shellCommand(command), needs };
}

/** Networks, volumes and secrets: made once, used by several. */
function sharedNeeds({ config, input }: RenderInput, { spec }: CreateArgs): RenderedRun['needs'] {
  const { desired, observed } = input;
  const maker = { fleet: desired.fleet, node: desired.node };
  const keys: ResourceKey[] = [
    `network/${spec.network}`,
    ...spec.mounts.map((mount): ResourceKey => `volume/${mount.source}`),
    ...spec.secrets.map((secret): ResourceKey => `secret/${secret.name}`),
  ];
  return [...new Set(keys)].flatMap((key) => {
    const resource = desired.resources[key];
    if (resource === undefined) return [];
    const what = key.replace('/', ' ');
    const isThere = observed.resources[key] !== undefined;
    switch (resource.kind) {
      case 'network': {
        const command = networkCommand(resource.spec as unknown as NetworkSpec, maker, resource.services);
        return [{ what, isThere, command: shellCommand(command) }];
      }
      case 'volume': {
        const volume = resource.spec as unknown as VolumeSpec;
        const command = volume.source === 'host' ? ['mkdir', '-p', volume.name] : volumeCommand(volume, maker);
        return [{ what, isThere, command: shellCommand(command) }];
      }
      default: {
        const name = key.slice('secret/'.length);
        const command = secretCommand(name, `${nodePaths(config).secrets}/${name}`, maker);
        return [{ what, isThere, command: shellCommand(command) }];
      }
    }
  });
}

/** Its own copies of repository files: the mounts of its line lead there. */
function fileNeeds(from: RenderInput, args: CreateArgs, filesDir: string): Promise<RenderedRun['needs']> {
  return Promise.all(
    args.spec.files.map(async (file) => {
      const path = fileCopyPath(filesDir, args.name, file.target);
      const key: ResourceKey = `file/${args.name}/${file.target.replace(/^\//, '')}`;
      const isThere = from.input.observed.resources[key] !== undefined;
      return { what: `file ${file.target}`, isThere, command: await fileCommand(from, file, path) };
    }),
  );
}
