import type { RunResult } from '@reconcile/host';
import { type Checkout, type EditRefusal, type Entry, refuse } from './checkout.ts';
import { lastWords } from './command.ts';
import { isCommitId } from './ref.ts';
import { type EditContext, userGit } from './user-command.ts';

export interface CommitPlan {
  /** The commit to build upon. */
  readonly base: string;
  readonly path: string;
  /** undefined: the file goes. */
  readonly entry: Entry | undefined;
  readonly message: string;
}

/** Stores a text as a blob, without filters. */
export async function storeBlob(cx: EditContext, checkout: Checkout, text: string): Promise<string | EditRefusal> {
  const result = await userGit(cx, checkout.repository, {
    args: ['hash-object', '-w', '--no-filters', '--stdin'],
    stdin: text,
  });
  return idOf(result, 'store the file');
}

/**
 * A commit of `base` with one file changed, reachable from nowhere yet. Built in an index of its own: what the user has
 * staged stays as it is, and no hook runs.
 */
export async function buildCommit(
  cx: EditContext,
  checkout: Checkout,
  plan: CommitPlan,
): Promise<string | EditRefusal> {
  const { repository } = checkout;
  const index = `${repository.gitDir}/reconcile-index-${cx.host.ids.random()}`;
  try {
    const change =
      plan.entry === undefined
        ? ['--force-remove', '--', plan.path]
        : ['--add', '--cacheinfo', `${plan.entry.mode},${plan.entry.id},${plan.path}`];
    for (const args of [
      ['read-tree', plan.base],
      ['update-index', ...change],
    ]) {
      const result = await userGit(cx, repository, { args, index });
      if (result.exitCode !== 0)
        return refuse('Failed', `git ${args[0]}: ${lastWords(result)}`, `git -C ${repository.path} status`);
    }
    // A partial clone lacks what this commit does not touch; to look for it would be to fetch.
    const tree = idOf(await userGit(cx, repository, { args: ['write-tree', '--missing-ok'], index }), 'write the tree');
    if (typeof tree !== 'string') return tree;
    const who = await userGit(cx, repository, { args: ['var', 'GIT_COMMITTER_IDENT'] });
    if (who.exitCode !== 0) {
      return refuse(
        'NoIdentity',
        'git does not know who commits',
        'git config --global user.name "…"; git config --global user.email "…"',
      );
    }
    const commit = await userGit(cx, repository, {
      args: ['commit-tree', tree, '-p', plan.base, '-F', '-'],
      stdin: plan.message,
    });
    return idOf(commit, 'commit');
  } finally {
    await cx.host.files.remove(index);
    await cx.host.files.remove(`${index}.lock`);
  }
}

function idOf(result: RunResult, what: string): string | EditRefusal {
  const id = result.stdout.trim();
  if (result.exitCode === 0 && isCommitId(id)) return id;
  return refuse('Failed', `${what}: ${lastWords(result)}`, 'the repository may be read-only, full or damaged');
}
