import { problem, type SourceContext, type SourceOutcome, type SourceProblem } from '../contract.ts';
import { git, lastWords } from './command.ts';
import { parseCommit } from './commit-object.ts';
import { batchBytes, batchInput, parseBatch } from './objects.ts';
import { isCommitId } from './ref.ts';
import type { Repository } from './repository.ts';

/** Trailers of at most this many commits are looked at. */
const mostCommits = 200;
const mostMessageBytes = 4 * 1024 * 1024;

/** undefined: `head` descends from `last`. */
export async function checkHistory(
  cx: SourceContext,
  repository: Repository,
  commits: { last: string; head: string },
): Promise<SourceProblem | undefined> {
  const { last, head } = commits;
  const { gitDir, commonDir, path } = repository;
  const result = await git(cx, { gitDir, args: ['merge-base', '--is-ancestor', last, head] });
  if (result.exitCode === 0) return undefined;
  if (await isDamaged(cx, repository, { ...commits, exitCode: result.exitCode })) {
    return problem('Corrupt', `${path}: its history cannot be read`, `git -C ${path} fsck`);
  }
  const shallow = (await cx.host.files.stat(`${commonDir}/shallow`)) !== undefined;
  return problem(
    'HistoryRewritten',
    `${path}: ${head.slice(0, 12)} does not descend from ${last.slice(0, 12)}, which was applied last`,
    shallow
      ? `the clone is shallow, so it cannot tell: git -C ${path} fetch --unshallow`
      : 'commit on top of what was applied, or take the new history as it is: reconcile apply --accept-history',
  );
}

/** "No ancestor" is also what git says when a commit in between is gone: only a history that can be walked is a history. */
async function isDamaged(
  cx: SourceContext,
  repository: Repository,
  found: { last: string; head: string; exitCode: number },
): Promise<boolean> {
  const { gitDir } = repository;
  const ask = async (...args: string[]) => (await git(cx, { gitDir, args })).exitCode === 0;
  return found.exitCode === 1
    ? !(await ask('rev-list', '--count', found.head))
    : ask('cat-file', '-e', `${found.last}^{commit}`);
}

/** Names that the commits after `last` (without one: `head` alone) allow to be removed. */
export async function readAllows(
  cx: SourceContext,
  repository: Repository,
  commits: { last: string | undefined; head: string },
): Promise<SourceOutcome<readonly string[]>> {
  const { gitDir, path } = repository;
  const { last, head } = commits;
  const range = last === undefined ? ['--max-count=1', head] : [`--max-count=${mostCommits}`, `${last}..${head}`];
  const listed = await git(cx, { gitDir, args: ['rev-list', ...range] });
  const ids = listed.stdout.split('\n').filter(isCommitId);
  const damaged = (words: string) => problem('Corrupt', `${path}: ${words}`, `git -C ${path} fsck`);
  if (listed.exitCode !== 0) return damaged(lastWords(listed));
  if (ids.length === 0) return { ok: [] };
  const read = await git(cx, {
    gitDir,
    args: ['cat-file', '--batch'],
    stdin: batchInput(ids),
    maxBytes: batchBytes(ids.length, mostMessageBytes),
  });
  const objects = parseBatch(Buffer.from(read.stdout, 'latin1'));
  if (objects === undefined) return damaged('a commit cannot be read');
  return { ok: [...new Set([...objects.values()].flatMap((content) => parseCommit(content).allows))].sort() };
}
