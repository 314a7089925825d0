import { unifiedDiff } from '../diff.ts';
import { fail } from '../errors.ts';
import { badName } from '../layout.ts';
import { buildCommit, storeBlob } from './build-commit.ts';
import { type Checkout, type EditRefusal, type Entry, inspectCheckout, refuse } from './checkout.ts';
import { git } from './command.ts';
import { findUpstream, push, replayBase } from './push.ts';
import { type EditContext, userGit } from './user-command.ts';

/** One file of the caller's own checkout, to be changed and committed alone. */
export interface FileEdit {
  /** Root of the checkout. */
  readonly repo: string;
  /** Below `repo`. */
  readonly path: string;
  readonly message: string;
  /** `Reconcile-Allow: remove web`, one each. */
  readonly trailers?: readonly string[];
  /** Push where the branch has an upstream. */
  readonly push: boolean;
}

export interface Committed {
  readonly commit: string;
  readonly pushed: boolean;
  /** Pushed on top of what others pushed, and the checkout could not follow: `git pull` brings it. */
  readonly behind: boolean;
}

/** Either committed (and pushed, if asked), or nothing is changed and `patch` is what would have been. */
export type EditResult = { readonly ok: Committed } | (EditRefusal & { readonly patch: string });

/**
 * Writes a file and commits it alone, with the caller's identity: what else is staged or edited stays as it is, no hook
 * runs. A refused push is replayed once on what others pushed, if they left the file alone. The only writer of a user's
 * checkout. @throws SOURCE_PATH RUN_* FILE_*
 */
export async function commitFile(cx: EditContext, edit: FileEdit & { readonly text: string }): Promise<EditResult> {
  return commitEdit(cx, edit, edit.text);
}

/** Removes a file and commits that. See commitFile. */
export async function deleteFile(cx: EditContext, edit: FileEdit): Promise<EditResult> {
  return commitEdit(cx, edit, undefined);
}

async function commitEdit(cx: EditContext, edit: FileEdit, text: string | undefined): Promise<EditResult> {
  const { path, repo } = edit;
  if (badName(path) !== undefined)
    throw fail('SOURCE_PATH', { message: `commit ${path}`, wanted: `a path inside ${repo}` });
  const seen = await inspectCheckout(cx, { repo, path, text });
  if (seen.ok === undefined)
    return { ...seen, patch: unifiedDiff(await cx.host.files.text(`${repo}/${path}`), text, path) };
  const old = await committedText(cx, seen.ok);
  const patch = unifiedDiff(old, text, path);
  const done =
    old === text
      ? refuse('Unchanged', `${path} is already like that`, 'nothing to commit')
      : await carryOut(cx, seen.ok, { edit, text });
  return done.ok === undefined ? { ...done, patch } : done;
}

async function carryOut(
  cx: EditContext,
  checkout: Checkout,
  what: { edit: FileEdit; text: string | undefined },
): Promise<{ readonly ok: Committed } | EditRefusal> {
  const { edit, text } = what;
  const id = text === undefined ? undefined : await storeBlob(cx, checkout, text);
  if (typeof id === 'object') return id;
  const entry = id === undefined ? undefined : { mode: checkout.entry?.mode ?? '100644', id };
  const plan = { base: checkout.base, path: edit.path, entry, message: fullMessage(edit) };
  const commit = await buildCommit(cx, checkout, plan);
  if (typeof commit !== 'string') return commit;
  const upstream = edit.push ? await findUpstream(cx, checkout) : undefined;
  // Pushed before anything local moves: a refusal then has nothing to undo.
  const refusal = upstream === undefined ? undefined : await push(cx, checkout, { upstream, commit });
  if (refusal === undefined) {
    const moved = await publish(cx, checkout, { commit, path: edit.path, entry, text });
    if (moved === undefined) return { ok: { commit, pushed: upstream !== undefined, behind: false } };
    return upstream === undefined ? moved : { ok: { commit, pushed: true, behind: true } };
  }
  const base = upstream === undefined ? undefined : await replayBase(cx, checkout, { upstream, path: edit.path });
  if (upstream === undefined || base === undefined) return refusal;
  const replayed = await buildCommit(cx, checkout, { ...plan, base });
  if (typeof replayed !== 'string') return replayed;
  const again = await push(cx, checkout, { upstream, commit: replayed });
  if (again !== undefined) return again;
  const followed = await userGit(cx, checkout.repository, {
    args: ['merge', '--quiet', '--ff-only', replayed],
    timeoutMs: 60_000,
  });
  return { ok: { commit: replayed, pushed: true, behind: followed.exitCode !== 0 } };
}

/**
 * Makes the commit the branch's tip. Index and file first, the branch last: stopped in between, the checkout shows a staged
 * edit; the other way round it would show the edit undone.
 */
async function publish(
  cx: EditContext,
  checkout: Checkout,
  what: { commit: string; path: string; entry: Entry | undefined; text: string | undefined },
): Promise<EditRefusal | undefined> {
  const { repository, ref, base } = checkout;
  const { path, entry } = what;
  const stage = (staged: Entry | undefined) =>
    userGit(cx, repository, {
      args: [
        'update-index',
        ...(staged === undefined
          ? ['--force-remove', '--', path]
          : ['--add', '--cacheinfo', `${staged.mode},${staged.id},${path}`]),
      ],
    });
  const busy = () =>
    refuse('Busy', `${repository.path} changed while we committed`, `git -C ${repository.path} status`);
  if ((await stage(entry)).exitCode !== 0) return busy();
  const full = `${repository.workTree}/${path}`;
  const old = await cx.host.files.read(full);
  await writeOrRemove(cx, { full, entry, content: what.text });
  const moved = await userGit(cx, repository, {
    args: ['update-ref', '-m', 'reconcile: edit', ref, what.commit, base],
  });
  if (moved.exitCode === 0) return undefined;
  await stage(checkout.entry);
  await writeOrRemove(cx, { full, entry: checkout.entry, content: old });
  return busy();
}

async function writeOrRemove(
  cx: EditContext,
  what: { full: string; entry: Entry | undefined; content: string | Uint8Array | undefined },
): Promise<void> {
  const { full, entry, content } = what;
  if (content === undefined) return cx.host.files.remove(full);
  await cx.host.files.makeDir(full.slice(0, full.lastIndexOf('/')), { mode: 0o755 });
  return cx.host.files.write(full, content, { mode: entry?.mode === '100755' ? 0o755 : 0o644 });
}

async function committedText(cx: EditContext, checkout: Checkout): Promise<string | undefined> {
  if (checkout.entry === undefined) return undefined;
  const result = await git(cx, { gitDir: checkout.repository.gitDir, args: ['cat-file', '-p', checkout.entry.id] });
  return Buffer.from(result.stdout, 'latin1').toString('utf8');
}

function fullMessage(edit: FileEdit): string {
  const trailers = edit.trailers ?? [];
  return `${edit.message.trimEnd()}\n${trailers.length === 0 ? '' : `\n${trailers.join('\n')}\n`}`;
}
