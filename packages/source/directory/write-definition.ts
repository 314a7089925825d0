import type { Host } from '@reconcile/host';
import { unifiedDiff } from '../diff.ts';
import { fail } from '../errors.ts';
import { badName } from '../layout.ts';

export interface DefinitionWrite {
  /** Root of the directory source. */
  readonly root: string;
  /** Below `root`: `services/web.toml`. */
  readonly path: string;
  /** undefined: the file goes. */
  readonly text: string | undefined;
}

/**
 * Changes one file of a directory source at once: whoever reads sees the old or the new one. Resolves to the change as a
 * patch, '' when there was none. @throws SOURCE_PATH FILE_*
 */
export async function writeDefinition(host: Host, write: DefinitionWrite): Promise<string> {
  const { root, path, text } = write;
  const full = `${root}/${path}`;
  const parent = full.slice(0, full.lastIndexOf('/'));
  if (badName(path) !== undefined)
    throw fail('SOURCE_PATH', { message: `write ${path}`, wanted: `a path inside ${root}` });
  await host.files.makeDir(parent, { mode: 0o755 });
  const inside = await host.files.realpath(root);
  const real = await host.files.realpath(parent);
  if (inside === undefined || (real !== inside && real?.startsWith(`${inside}/`) !== true)) {
    throw fail('SOURCE_PATH', {
      message: `write ${path}`,
      wanted: `a path inside ${root}`,
      actual: 'a symlink that leads outside',
    });
  }
  const stat = await host.files.stat(full);
  const patch = unifiedDiff(await host.files.text(full), text, path);
  if (patch === '') return patch;
  if (text === undefined) await host.files.remove(full);
  else await host.files.write(full, text, { mode: stat?.kind === 'file' ? stat.mode : 0o644 });
  return patch;
}
