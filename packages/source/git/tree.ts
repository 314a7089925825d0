import type { SourceWarning } from '@reconcile/core';
import { badName, fleetRoots, shownName } from '../layout.ts';

/** A file of a commit, by path below the fleet's root. */
export interface TreeFile {
  readonly path: string;
  readonly id: string;
  readonly size: number;
}

export interface Tree {
  readonly files: readonly TreeFile[];
  readonly warnings: readonly SourceWarning[];
}

/** The arguments that list the fleet's part of a commit. */
export function listTreeArgs(commit: string, subdir: string): readonly string[] {
  const prefix = subdir === '' ? '' : `${subdir}/`;
  return ['ls-tree', '-r', '-l', '-z', '--full-tree', commit, '--', ...fleetRoots.map((root) => prefix + root)];
}

/**
 * Reads `ls-tree -r -l -z` (latin1 text of UTF-8 names): `<mode> <type> <id> <size>\t<path>\0`. Symlinks, submodules and
 * impossible names are left out with a warning. undefined: damaged. Pure.
 */
export function parseTree(output: string, subdir: string): Tree | undefined {
  const prefix = subdir === '' ? '' : `${subdir}/`;
  const files = new Map<string, TreeFile>();
  const warnings: SourceWarning[] = [];
  for (const line of output.split('\0')) {
    if (line === '') continue;
    const [, mode, id, size, raw] = /^(\d{6}) \w+ ([0-9a-f]{40,64}) +(\d+|-|BAD)\t([\s\S]+)$/.exec(line) ?? [];
    if (mode === undefined || id === undefined || raw === undefined) return undefined;
    const path = Buffer.from(raw, 'latin1').toString('utf8').slice(prefix.length);
    const warn = (code: SourceWarning['code'], message: string) =>
      warnings.push({ code, path: shownName(path), message });
    const bad = badName(path);
    if (bad !== undefined) warn('BadName', `the name ${bad}; left out`);
    else if (mode === '120000') warn('Symlink', 'a symlink; left out, commit the file itself');
    else if (mode === '160000') warn('Submodule', 'a submodule; left out, commit the files themselves');
    else if (size === 'BAD' || files.has(path)) return undefined;
    else files.set(path, { path, id, size: Number(size) });
  }
  return { files: [...files.values()], warnings };
}
