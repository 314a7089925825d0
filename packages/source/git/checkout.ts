import { dirname } from 'node:path';
import { git } from './command.ts';
import { isSameContent } from './edits.ts';
import { resolveRef } from './head.ts';
import { objectId } from './objects.ts';
import { findRepository, type Repository } from './repository.ts';
import type { EditContext } from './user-command.ts';

export type EditRefusalCode =
  | 'NotACheckout'
  | 'Detached'
  | 'Busy'
  | 'Dirty'
  | 'Unchanged'
  | 'NoIdentity'
  | 'PushRefused'
  | 'Failed';

/** Why nothing was committed. Nothing was changed either. */
export interface EditRefusal {
  readonly ok?: undefined;
  readonly refused: EditRefusalCode;
  readonly message: string;
  readonly hint: string;
}

export function refuse(refused: EditRefusalCode, message: string, hint: string): EditRefusal {
  return { refused, message, hint };
}

/** A file as a commit has it. */
export interface Entry {
  readonly mode: string;
  readonly id: string;
}

/** The caller's checkout, ready to take a commit of one file. */
export interface Checkout {
  readonly repository: Repository & { readonly workTree: string };
  readonly branch: string;
  readonly ref: string;
  readonly base: string;
  /** undefined: the file is new. */
  readonly entry: Entry | undefined;
}

/** git leaves these while an operation is open; a commit of ours would end up inside it. */
const openOperations = ['index.lock', 'MERGE_HEAD', 'CHERRY_PICK_HEAD', 'REVERT_HEAD', 'rebase-merge', 'rebase-apply'];

/** Looks whether `path` can be committed alone: on a branch, nothing half done, the file as its commit has it. */
export async function inspectCheckout(
  cx: EditContext,
  what: { repo: string; path: string; text: string | undefined },
): Promise<{ readonly ok: Checkout } | EditRefusal> {
  const { repo, path } = what;
  const found = await findRepository(cx.host, repo);
  if (found.ok === undefined) return refuse('NotACheckout', found.message, found.hint);
  const { workTree, gitDir } = found.ok;
  if (workTree === undefined)
    return refuse('NotACheckout', `${repo} is a bare repository`, 'use --repo with a clone of it');
  const repository = { ...found.ok, workTree };
  const branch = /^ref: refs\/heads\/(.+)\n?$/.exec((await cx.host.files.text(`${gitDir}/HEAD`)) ?? '')?.[1];
  if (branch === undefined) return refuse('Detached', `${repo} is on no branch`, `git -C ${repo} switch <branch>`);
  for (const name of openOperations) {
    if ((await cx.host.files.stat(`${gitDir}/${name}`)) !== undefined)
      return refuse('Busy', `${repo}: a git operation is open (${name})`, `git -C ${repo} status`);
  }
  const ref = `refs/heads/${branch}`;
  const base = await resolveRef(cx, repository, ref);
  if (base.ok === undefined) return refuse('NotACheckout', base.message, base.hint);
  const entry = await treeEntry(cx, repository, { commit: base.ok, path });
  if (await isDirty(cx, repository, { path, entry, text: what.text })) {
    return refuse(
      'Dirty',
      `${path} has changes that are not committed`,
      `git -C ${repo} diff HEAD -- ${path}; commit or discard them first`,
    );
  }
  return { ok: { repository, branch, ref, base: base.ok, entry } };
}

/** What a commit has at a path; undefined when nothing. */
export async function treeEntry(
  cx: EditContext,
  repository: Repository,
  what: { commit: string; path: string },
): Promise<Entry | undefined> {
  const result = await git(cx, {
    gitDir: repository.gitDir,
    args: ['ls-tree', '-z', '--full-tree', what.commit, '--', what.path],
  });
  const [, mode, id] = /^(\d{6}) \w+ ([0-9a-f]+)\t/.exec(result.stdout) ?? [];
  return mode === undefined || id === undefined ? undefined : { mode, id };
}

async function isDirty(
  cx: EditContext,
  repository: Checkout['repository'],
  what: { path: string; entry: Entry | undefined; text: string | undefined },
): Promise<boolean> {
  const { path, entry, text } = what;
  const full = `${repository.workTree}/${path}`;
  if (await isBehindLink(cx, repository.workTree, path)) return true;
  const staged = await git(cx, {
    gitDir: repository.gitDir,
    workTree: repository.workTree,
    args: ['ls-files', '-s', '-z', '--', path],
  });
  const expected = entry === undefined ? '' : `${entry.mode} ${entry.id} 0\t${Buffer.from(path).toString('latin1')}\0`;
  if (staged.stdout !== expected) return true;
  const present = (await cx.host.files.stat(full))?.kind;
  if (entry !== undefined) return present !== 'file' || !(await isSameContent(cx, full, entry));
  // A new file may already lie there, if it is the one to be committed.
  return (
    present !== undefined &&
    (text === undefined || !(await isSameContent(cx, full, { id: objectId('blob', Buffer.from(text), 40) })))
  );
}

/** git refuses paths beyond a symbolic link; so do we, or a commit could write outside. */
async function isBehindLink(cx: EditContext, root: string, path: string): Promise<boolean> {
  for (let dir = dirname(path); dir !== '.'; dir = dirname(dir)) {
    const stat = await cx.host.files.stat(`${root}/${dir}`);
    if (stat !== undefined && stat.kind !== 'directory') return true;
  }
  return false;
}
