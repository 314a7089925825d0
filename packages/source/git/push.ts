import { type Checkout, type EditRefusal, refuse, treeEntry } from './checkout.ts';
import { git, lastWords } from './command.ts';
import { resolveRef } from './head.ts';
import { type EditContext, userGit } from './user-command.ts';

const networkTimeoutMs = 60_000;
/** Where a fetched upstream stands while we look at it; removed afterwards. */
const seenRef = 'refs/reconcile/upstream';

/** Where the caller's branch is pushed to. */
export interface Upstream {
  readonly remote: string;
  readonly ref: string;
}

/** undefined: the branch has no remote. */
export async function findUpstream(cx: EditContext, checkout: Checkout): Promise<Upstream | undefined> {
  const read = async (key: string) => {
    const result = await userGit(cx, checkout.repository, {
      args: ['config', '--get', `branch.${checkout.branch}.${key}`],
    });
    return result.exitCode === 0 ? result.stdout.trimEnd() : '';
  };
  const [remote, ref] = [await read('remote'), await read('merge')];
  const usable = remote !== '' && remote !== '.' && !remote.startsWith('-') && ref.startsWith('refs/heads/');
  return usable ? { remote, ref } : undefined;
}

/** undefined: taken. Never forced. */
export async function push(
  cx: EditContext,
  checkout: Checkout,
  what: { upstream: Upstream; commit: string },
): Promise<EditRefusal | undefined> {
  const { remote, ref } = what.upstream;
  const args = ['push', '--quiet', '--no-verify', '--recurse-submodules=no', '--', remote, `${what.commit}:${ref}`];
  const result = await userGit(cx, checkout.repository, { args, timeoutMs: networkTimeoutMs, network: true });
  if (result.exitCode === 0) return undefined;
  const lines = result.stderr.split('\n').map((line) => line.trim());
  const words = lines.find((line) => /rejected|fatal|error/.test(line)) ?? lastWords(result);
  return refuse(
    'PushRefused',
    `push to ${remote}: ${[words.slice(0, 200), ...remoteWords(lines)].join(': ')}`,
    `git -C ${checkout.repository.path} pull, then again`,
  );
}

/** What the other side's hook has to say: only that tells a person why. */
function remoteWords(lines: readonly string[]): string[] {
  const said = lines.flatMap((line) => (line.startsWith('remote: ') ? line.slice('remote: '.length).trim() : []));
  const text = said.filter((words) => words !== '').join(' ');
  return text === '' ? [] : [text.slice(0, 300)];
}

/**
 * The upstream's commit to build upon once more, after a refused push: only if it is simply ahead of us and has the file as
 * we had it. undefined: a person has to look.
 */
export async function replayBase(
  cx: EditContext,
  checkout: Checkout,
  what: { upstream: Upstream; path: string },
): Promise<string | undefined> {
  const { repository, base, entry } = checkout;
  const args = [
    'fetch',
    '--quiet',
    '--no-tags',
    '--no-recurse-submodules',
    '--no-write-fetch-head',
    '--',
    what.upstream.remote,
    `+${what.upstream.ref}:${seenRef}`,
  ];
  const fetched = await userGit(cx, repository, { args, timeoutMs: networkTimeoutMs, network: true });
  if (fetched.exitCode !== 0) return undefined;
  const tip = await resolveRef(cx, repository, seenRef);
  await userGit(cx, repository, { args: ['update-ref', '-d', seenRef] });
  if (tip.ok === undefined || tip.ok === base) return undefined;
  const ahead = await git(cx, { gitDir: repository.gitDir, args: ['merge-base', '--is-ancestor', base, tip.ok] });
  const theirs = await treeEntry(cx, repository, { commit: tip.ok, path: what.path });
  const unchanged = theirs?.id === entry?.id && theirs?.mode === entry?.mode;
  return ahead.exitCode === 0 && unchanged ? tip.ok : undefined;
}
