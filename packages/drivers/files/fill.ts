import { errorFactory } from '@reconcile/core';
import { type FileArgs, type FileSpec, fillIn } from '@reconcile/core/kinds/file';
import type { Host } from '@reconcile/host';
import { driverErrors } from '../errors.ts';
import type { OwnedNote } from './observe/copy.ts';
import type { FilesSettings } from './observe/settings.ts';

const fail = errorFactory(driverErrors);

/** A template with its values in place, in memory, and what may be told of them. */
export interface Filling {
  readonly content: Uint8Array;
  readonly values: NonNullable<OwnedNote['values']>;
}

/** @throws FILE_VALUE_MISSING SECRET_SEALED SECRET_KEY_UNSAFE */
export async function filled(
  host: Host,
  template: Uint8Array,
  of: { readonly spec: FileSpec; readonly sealed: FileArgs['sealed']; readonly settings: FilesSettings },
): Promise<Filling> {
  const { sealed, settings, spec } = of;
  const contents = new Map<string, Uint8Array>();
  const values: Record<string, string> = {};
  for (const name of spec.secrets) {
    const found = await settings.secretValue(host, name, sealed?.[name]);
    if (found === undefined) {
      throw fail('FILE_VALUE_MISSING', {
        message: `fill ${spec.target}`,
        key: name,
        wanted: `a value of secret ${name}`,
        actual: 'neither a file of the node nor the repository gives one',
        hint: `reconcile secret set ${name}`,
      });
    }
    contents.set(name, found.content);
    values[name] = found.mark;
  }
  return { content: fillIn(template, (name) => contents.get(name) ?? new Uint8Array()), values };
}

/**
 * The directory of filled copies, ours alone. In a place that others may write to (/dev/shm) somebody could have made it before
 * us. @throws FILE_PLACE_REFUSED
 */
export async function makeFilledDir({ files, proc }: Host, dir: string): Promise<void> {
  await files.makeDir(dir, { mode: 0o700 });
  const parent = dir.slice(0, dir.lastIndexOf('/'));
  for (const path of [parent, dir]) {
    const stat = await files.stat(path);
    const isOurs = stat?.kind === 'directory' && stat.uid === proc.uid() && (stat.mode & 0o077) === 0;
    if (isOurs) continue;
    throw fail('FILE_PLACE_REFUSED', {
      message: `keep secrets in ${dir}`,
      wanted: `${path}: a directory of uid ${proc.uid()} with mode 0700`,
      actual: stat === undefined ? 'nothing' : `a ${stat.kind} of uid ${stat.uid}, mode ${stat.mode.toString(8)}`,
      hint: `chmod 0700 ${path}, or remove it`,
    });
  }
}
