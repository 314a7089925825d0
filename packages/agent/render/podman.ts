import type { LedgerView, PlanInput, ResourceKey, SlotKey } from '@reconcile/core';
import type { ContainerCare, CreateArgs, MountedFile } from '@reconcile/core/kinds/container';
import { type CopyDirs, copyPlace } from '@reconcile/core/kinds/file';
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
import { filledDir } from '../node/filled-dir.ts';
import { nodePaths } from '../node/paths.ts';
import { type FileSources, fileCommand } from './files.ts';
import { fillCommand } from './filled.ts';
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
  /** Of what lies in memory and is gone after a boot: what keeps the command from making it, for people. */
  readonly fails?: string;
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
  const { files: filesDir, secrets: secretsDir, state } = nodePaths(config);
  const isFilled = args.spec.files.some((file) => file.secrets.length > 0);
  const dirs = { filesDir, filledDir: isFilled ? await filledDir(host, state) : undefined };
  const names = args.spec.secrets.map((secret) => secret.name);
  const words = runCommand({
    slot: making.slot,
    args,
    restart: (making.care as unknown as ContainerCare).restart,
    maker: { fleet: desired.fleet, node: desired.node },
    ...dirs,
    secretName: await secretNames(
      host,
      { secretsDir, copied: ledger.secrets, isSealed: (name) => sealedIn(desired, name) },
      names,
    ),
  });
  const needs = [...sharedNeeds(from, args), ...(await fileNeeds(from, args, dirs))];
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
function fileNeeds(from: RenderInput, args: CreateArgs, dirs: CopyDirs): Promise<RenderedRun['needs']> {
  return Promise.all(
    args.spec.files.flatMap((file) => {
      const path = copyPlace(dirs, args.name, file);
      return path === undefined ? [] : [fileNeed(from, { container: args.name, file, path })];
    }),
  );
}

async function fileNeed(
  from: RenderInput,
  { container, file, path }: { readonly container: string; readonly file: MountedFile; readonly path: string },
): Promise<RenderedNeed> {
  const key: ResourceKey = `file/${container}/${file.target.replace(/^\//, '')}`;
  const isThere = from.input.observed.resources[key] !== undefined;
  const need = { what: `file ${file.target}`, isThere, test: shellCommand(['test', '-f', path]) };
  if (file.secrets.length === 0) return { ...need, command: await fileCommand(from, file, path) };
  const sealed = (name: string) => sealedHash(from.input.desired, name);
  return { ...need, ...(await fillCommand(from, { file, path, sealed })) };
}

function sealedIn(desired: PlanInput['desired'], name: string): boolean {
  return sealedHash(desired, name) !== undefined;
}

function sealedHash({ resources }: PlanInput['desired'], name: string): string | undefined {
  return (resources[`secret/${name}`]?.spec as { readonly sealed?: string } | undefined)?.sealed;
}
