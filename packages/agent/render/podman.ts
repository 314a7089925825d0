import type { LedgerView, PlanInput, ResourceKey, SlotKey } from '@reconcile/core';
import type { ContainerCare, CreateArgs } from '@reconcile/core/kinds/container';
import { fileCopyPath } from '@reconcile/core/kinds/file';
import type { NetworkSpec } from '@reconcile/core/kinds/network';
import type { VolumeSpec } from '@reconcile/core/kinds/volume';
import { type Making, makings } from '@reconcile/core/plan';
import {
  networkCommand,
  networkTest,
  runCommand,
  secretCommand,
  secretNames,
  secretTest,
  volumeCommand,
  volumeTest,
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
  /** What must be there before. */
  readonly needs: readonly RenderedNeed[];
}

export interface RenderedNeed {
  readonly what: string;
  readonly isThere: boolean;
  /** How to make it. */
  readonly command: string;
  /** Ends with 0 where it is there. */
  readonly test: string;
}

/** One container with all that made its line. */
export interface RenderedMaking {
  readonly making: Making;
  /** The command's own words. */
  readonly words: readonly string[];
  readonly run: RenderedRun;
}

/**
 * Exact `podman run` lines, in stage order, for whoever has to start things without us: the same container as a pass would
 * make, under the same name and with the ports it has or would have, so that the next pass takes it over. Reads only.
 */
export async function renderPodman(from: RenderInput, isWanted: (slot: SlotKey) => boolean): Promise<RenderedRun[]> {
  return (await renderMakings(from, isWanted)).map(({ run }) => run);
}

/** The same, each with what it was rendered from. */
export async function renderMakings(
  from: RenderInput,
  isWanted: (slot: SlotKey) => boolean,
): Promise<RenderedMaking[]> {
  const { desired } = from.input;
  const stageOf = ({ slot }: Making) => desired.services[slot.split('/')[0] ?? '']?.stage ?? 0;
  const wanted = makings(from.input)
    .filter(({ slot }) => isWanted(slot))
    .sort((a, b) => stageOf(a) - stageOf(b) || (a.slot < b.slot ? -1 : 1));
  return Promise.all(wanted.map((making) => renderOne(from, making)));
}

async function renderOne(from: RenderInput, making: Making): Promise<RenderedMaking> {
  const { config, host, input, ledger } = from;
  const args = making.args as unknown as CreateArgs;
  const { desired } = input;
  const { files: filesDir, secrets: secretsDir } = nodePaths(config);
  const names = args.spec.secrets.map((secret) => secret.name);
  const words = runCommand({
    slot: making.slot,
    args,
    restart: (making.care as unknown as ContainerCare).restart,
    maker: { fleet: desired.fleet, node: desired.node },
    filesDir,
    secretName: await secretNames(
      host,
      { secretsDir, copied: ledger.secrets, isSealed: (name) => sealedIn(desired, name) },
      names,
    ),
  });
  const needs = [...sharedNeeds(from, args), ...(await fileNeeds(from, args, filesDir))];
  const run = { slot: making.slot, container: args.name, command: shellCommand(words), needs };
  return { making, words, run };
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
        return [{ what, isThere, command: shellCommand(command), test: shellCommand(networkTest(spec.network)) }];
      }
      case 'volume': {
        const volume = resource.spec as unknown as VolumeSpec;
        const isHost = volume.source === 'host';
        const command = isHost ? ['mkdir', '-p', volume.name] : volumeCommand(volume, maker);
        const test = isHost ? ['test', '-e', volume.name] : volumeTest(volume.name);
        return [{ what, isThere, command: shellCommand(command), test: shellCommand(test) }];
      }
      default: {
        const name = key.slice('secret/'.length);
        const command = secretCommand(name, `${nodePaths(config).secrets}/${name}`, maker);
        return [{ what, isThere, command: shellCommand(command), test: shellCommand(secretTest(name)) }];
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
      const test = shellCommand(['test', '-f', path]);
      return { what: `file ${file.target}`, isThere, command: await fileCommand(from, file, path), test };
    }),
  );
}

function sealedIn({ resources }: PlanInput['desired'], name: string): boolean {
  return (resources[`secret/${name}`]?.spec as { readonly sealed?: string } | undefined)?.sealed !== undefined;
}
