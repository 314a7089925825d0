import type { SourceWarning } from '@reconcile/core';
import { problem, type SourceContext, type SourceOutcome } from '../contract.ts';
import { exceedsLimits, isDefinition, sourceLimits } from '../layout.ts';
import { git, lastWords } from './command.ts';
import { batchBytes, batchInput, parseBatch } from './objects.ts';
import type { Repository } from './repository.ts';
import { listTreeArgs, parseTree, type TreeFile } from './tree.ts';

export interface CommitContent {
  /** The commit object itself. */
  readonly commit: Uint8Array;
  readonly files: readonly TreeFile[];
  readonly contents: ReadonlyMap<string, Uint8Array>;
  readonly warnings: readonly SourceWarning[];
}

const mostCommitBytes = 1024 * 1024;
const treeLineBytes = 1_200;

/**
 * All files of one commit that count, raw as they were committed: `ls-tree` and one `cat-file --batch`, no work tree, so no
 * filter, hook or symlink has a part in it. Sizes are judged before content is read.
 */
export async function readCommit(
  cx: SourceContext,
  repository: Repository,
  what: { commit: string; subdir: string },
): Promise<SourceOutcome<CommitContent>> {
  const { gitDir, path } = repository;
  const { commit, subdir } = what;
  const damaged = (words: string) =>
    problem('Corrupt', `${path}: commit ${commit.slice(0, 12)}: ${words}`, `git -C ${path} fsck`);
  const listed = await git(cx, {
    gitDir,
    args: listTreeArgs(commit, subdir),
    maxBytes: sourceLimits.files * treeLineBytes,
  });
  if (listed.exitCode !== 0) return (await deniedObjects(cx, repository)) ?? damaged(lastWords(listed));
  const tree = parseTree(listed.stdout, subdir);
  if (tree === undefined) return damaged('its tree cannot be read');
  const { files, warnings } = tree;
  if (!files.some((file) => isDefinition(file.path))) {
    const where = subdir === '' ? path : `${path}, ${subdir}`;
    return problem(
      'Empty',
      `${where}: commit ${commit.slice(0, 12)} has neither fleet.toml nor services/*.toml`,
      'commit a fleet there: reconcile init shows one',
    );
  }
  const tooLarge = exceedsLimits(files);
  if (tooLarge !== undefined) return tooLarge;
  const ids = [commit, ...new Set(files.map((file) => file.id))];
  const total = files.reduce((sum, file) => sum + file.size, mostCommitBytes);
  const read = await git(cx, {
    gitDir,
    args: ['cat-file', '--batch'],
    stdin: batchInput(ids),
    maxBytes: batchBytes(ids.length, total),
  });
  const objects = parseBatch(Buffer.from(read.stdout, 'latin1'));
  const commitObject = objects?.get(commit);
  if (objects === undefined || commitObject === undefined)
    return (await deniedObjects(cx, repository)) ?? damaged('an object is missing or damaged');
  const contents = new Map<string, Uint8Array>();
  for (const file of files) {
    const content = objects.get(file.id);
    if (content === undefined) return damaged(`${file.path} is missing or damaged`);
    contents.set(file.path, content);
  }
  return { ok: { commit: commitObject, files, contents, warnings } };
}

/** git says "bad object" for what it may not read, too. */
async function deniedObjects(cx: SourceContext, repository: Repository) {
  try {
    await cx.host.files.list(`${repository.commonDir}/objects`);
    return undefined;
  } catch {
    return problem(
      'Denied',
      `${repository.path}: permission denied`,
      `make it readable for this user: ls -ld ${repository.commonDir}/objects`,
    );
  }
}
