import type { ReadHost } from '@reconcile/host';
import { fail } from '../client/fail.ts';
import type { Manifest } from './model.ts';

/** How many complete snapshots of one service stay; what `--out` wrote elsewhere is not ours to count. */
export const snapshotsKept = 5;

const suffix = '.tar.zst';

/** Where the archive and the list of one snapshot lie. */
export function snapshotFiles(dir: string, id: string): { readonly archive: string; readonly list: string } {
  return listBeside(`${dir}/${id}${suffix}`);
}

/** An archive anywhere, and its list beside it. */
export function listBeside(archive: string): { readonly archive: string; readonly list: string } {
  return { archive, list: `${archive}.json` };
}

/** Complete ones of a directory, newest first. */
export async function listSnapshots(host: ReadHost, dir: string): Promise<readonly Manifest[]> {
  const names = (await host.files.list(dir)) ?? [];
  const lists = names.filter((name) => name.endsWith(`${suffix}.json`));
  const found = await Promise.all(lists.map((name) => readManifest(host, `${dir}/${name}`).catch(() => undefined)));
  return found.flatMap((one) => one ?? []).sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1));
}

/** @throws SNAPSHOT_NONE SNAPSHOT_DAMAGED */
export async function readManifest(host: ReadHost, list: string): Promise<Manifest> {
  const text = await host.files.text(list, { maxBytes: 256 * 1024 * 1024 });
  if (text === undefined)
    throw fail('SNAPSHOT_NONE', { message: `read ${list}`, wanted: 'the list of an archive', actual: 'not there' });
  let given: Partial<Manifest> | undefined;
  try {
    given = JSON.parse(text) as Partial<Manifest>;
  } catch {
    given = undefined;
  }
  const { archive, entries, sources } = given ?? {};
  const isSound =
    given?.version === 1 &&
    typeof given.id === 'string' &&
    typeof given.at === 'number' &&
    typeof given.subject === 'string' &&
    typeof given.bytes === 'number' &&
    typeof archive?.sha256 === 'string' &&
    typeof entries === 'object' &&
    entries !== null &&
    Array.isArray(sources) &&
    sources.every((source) => typeof source?.name === 'string' && typeof source.member === 'string');
  if (!isSound)
    throw fail('SNAPSHOT_DAMAGED', {
      message: `read ${list}`,
      wanted: 'the list of an archive',
      actual: 'another text',
    });
  return given as Manifest;
}
