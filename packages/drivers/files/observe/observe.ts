import type { ContainerRecord, ObserveContext, ObservedResource, Observer } from '@reconcile/core';
import { type MountedFile, upgradeContainer } from '@reconcile/core/kinds/container';
import { type FileState, fileCopyPath } from '@reconcile/core/kinds/file';
import type { FileStat, ReadHost } from '@reconcile/host';
import { contentOfCopy } from './copy.ts';
import type { FilesSettings } from './settings.ts';

/** Every copy that lies below the two directories of copies, whoever it was made for: what nobody wants any more goes. */
export function filesObserver(settings: FilesSettings): Observer<ReadHost> {
  return {
    name: 'files',
    serves: ['file'],
    async observe(cx) {
      const dirs = [
        { dir: settings.filesDir, isFilled: false },
        { dir: await settings.filledDir(), isFilled: true },
      ];
      const found = await Promise.all(dirs.map(({ dir, isFilled }) => copiesBelow(cx, dir, isFilled)));
      return { resources: found.flat() };
    },
  };
}

async function copiesBelow(
  cx: ObserveContext<ReadHost>,
  dir: string | undefined,
  isFilled: boolean,
): Promise<ObservedResource[]> {
  const owners = dir === undefined ? [] : ((await cx.host.files.list(dir)) ?? []);
  const found = await Promise.all(
    owners.map((container) => copiesOf(cx, { filesDir: dir ?? '', container, isFilled })),
  );
  return found.flat();
}

async function copiesOf(
  cx: ObserveContext<ReadHost>,
  of: { readonly filesDir: string; readonly container: string; readonly isFilled: boolean },
): Promise<ObservedResource[]> {
  const { container, filesDir, isFilled } = of;
  const names = (await cx.host.files.list(`${filesDir}/${container}`)) ?? [];
  const record = cx.ledger.containers[container];
  const known = knownFiles(cx, { filesDir, container, record });
  const found = await Promise.all(
    names.map(async (name): Promise<ObservedResource[]> => {
      const path = `${filesDir}/${container}/${name}`;
      const stat = await cx.host.files.stat(path);
      if (stat === undefined || stat.kind === 'directory') return [];
      const file = known.get(path);
      const target = file?.target.replace(/^\/+/, '') ?? name.replaceAll('__', '/');
      const key = `file/${container}/${target}` as const;
      const state: FileState = {
        ...(await contentOfCopy(cx.host, path, { stat, isFilled })),
        mode: modeOf(stat, file),
      };
      const services = record === undefined ? [] : [record.slot.split('/')[0] ?? record.slot];
      return [
        {
          key,
          kind: 'file',
          slot: key,
          services,
          owner: 'managed',
          state: { ...state },
          health: 'none',
          references: [],
          claims: [],
        },
      ];
    }),
  );
  return found.flat();
}

/** Files that the container's recorded or desired spec mounts, by the path of their copy. */
function knownFiles(
  cx: ObserveContext<ReadHost>,
  of: { filesDir: string; container: string; record: ContainerRecord | undefined },
): ReadonlyMap<string, MountedFile> {
  const specs = [of.record?.spec, cx.desired.resources[`container/${of.container}`]?.spec];
  const known = new Map<string, MountedFile>();
  for (const spec of specs) {
    for (const file of (spec === undefined ? undefined : upgradeContainer(spec, 0))?.files ?? []) {
      known.set(fileCopyPath(of.filesDir, of.container, file.target), file);
    }
  }
  return known;
}

/** As the definition spells it, when it means the same. */
function modeOf(stat: FileStat, file: MountedFile | undefined): string {
  if (file !== undefined && Number.parseInt(file.mode, 8) === stat.mode) return file.mode;
  return `0${stat.mode.toString(8)}`;
}
