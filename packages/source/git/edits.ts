import type { SourceWarning } from '@reconcile/core';
import type { SourceContext } from '../contract.ts';
import { badName, fleetRoots, shownName, sourceLimits } from '../layout.ts';
import { git } from './command.ts';
import { objectId } from './objects.ts';
import type { Repository } from './repository.ts';
import type { TreeFile } from './tree.ts';

/**
 * What lies in the work tree and not in the commit: edited, deleted, untracked and ignored files. Compared by content, by
 * ourselves: `git status` would run the clean filters that the repository's configuration names.
 */
export async function findEdits(
  cx: SourceContext,
  repository: Repository,
  what: { files: readonly TreeFile[]; subdir: string; branch: string },
): Promise<readonly SourceWarning[]> {
  const { workTree, gitDir } = repository;
  if (workTree === undefined) return [];
  const head = await cx.host.files.text(`${gitDir}/HEAD`, { maxBytes: 4_096 });
  // Another branch is checked out: its files are not edits of this one.
  if (head?.trimEnd() !== `ref: refs/heads/${what.branch}`) return [];
  const root = what.subdir === '' ? workTree : `${workTree}/${what.subdir}`;
  const committed = new Map(what.files.map((file) => [file.path, file]));
  const present = await listFiles(cx, root);
  const warnings: SourceWarning[] = [];
  const warn = (code: SourceWarning['code'], path: string, message: string) =>
    warnings.push({ code, path: shownName(path), message });
  const untracked: string[] = [];
  for (const path of present) {
    const file = committed.get(path);
    if (file === undefined) untracked.push(path);
    else if (!(await isSameContent(cx, `${root}/${path}`, file)))
      warn('Uncommitted', path, 'edited, not committed: the committed content counts');
  }
  const here = new Set(present);
  for (const path of committed.keys())
    if (!here.has(path)) warn('Uncommitted', path, 'deleted, not committed: it still counts');
  const ignored = await findIgnored(
    cx,
    repository,
    untracked.map((path) => (what.subdir === '' ? path : `${what.subdir}/${path}`)),
  );
  for (const [i, path] of untracked.entries()) {
    if (ignored.has(i)) warn('Ignored', path, 'ignored by git: not in the committed snapshot');
    else warn('Uncommitted', path, 'not committed: not in the snapshot');
  }
  return warnings;
}

/** Regular files below the fleet's roots, at most as many as a snapshot may have; other repositories inside are not entered. */
async function listFiles(cx: SourceContext, root: string): Promise<readonly string[]> {
  const found: string[] = [];
  const open: string[] = [...fleetRoots];
  for (let path = open.pop(); path !== undefined && found.length < sourceLimits.files; path = open.pop()) {
    if (badName(path) !== undefined) continue;
    const stat = await cx.host.files.stat(`${root}/${path}`);
    if (stat?.kind === 'file') found.push(path);
    else if (stat?.kind === 'directory') {
      const names = (await cx.host.files.list(`${root}/${path}`)) ?? [];
      if (!names.includes('.git')) open.push(...names.map((name) => `${path}/${name}`));
    }
  }
  return found.sort();
}

/** Equal also when git would have turned CRLF into LF: an editor's line ends are no edit. */
export async function isSameContent(cx: SourceContext, path: string, file: { readonly id: string }): Promise<boolean> {
  const stat = await cx.host.files.stat(path);
  if (stat === undefined || stat.size > 2 * sourceLimits.fileBytes) return false;
  const content = Buffer.from((await cx.host.files.read(path)) ?? []);
  if (objectId('blob', content, file.id.length) === file.id) return true;
  const unix = Buffer.from(content.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
  return objectId('blob', unix, file.id.length) === file.id;
}

/** Which of these (by index) git ignores; `check-ignore` reads patterns and starts nothing. */
async function findIgnored(
  cx: SourceContext,
  repository: Repository,
  paths: readonly string[],
): Promise<ReadonlySet<number>> {
  if (paths.length === 0 || repository.workTree === undefined) return new Set();
  const stdin = Buffer.from(paths.map((path) => `${path}\0`).join(''));
  const result = await git(cx, {
    gitDir: repository.gitDir,
    workTree: repository.workTree,
    args: ['check-ignore', '-z', '--stdin'],
    stdin,
  });
  const names = new Set(Buffer.from(result.stdout, 'latin1').toString('utf8').split('\0'));
  return new Set(paths.flatMap((path, i) => (names.has(path) ? [i] : [])));
}
