import { isFleetError } from '@reconcile/core';
import type { ReadHost } from '@reconcile/host';
import { problem, type SourceContext, type SourceOutcome } from '../contract.ts';
import { git, lastWords } from './command.ts';
import { isBranchName, isCommitId } from './ref.ts';
import type { Repository } from './repository.ts';

const packedRefsBytes = 64 * 1024 * 1024;
const mostHops = 5;

/**
 * The commit a ref stands for. Reads the loose ref, then packed-refs, as git does (gitrepository-layout(5)), and starts
 * git only for repositories that keep refs in another way (reftable).
 */
export async function resolveRef(
  cx: SourceContext,
  repository: Repository,
  ref: string,
): Promise<SourceOutcome<string>> {
  const { commonDir, path } = repository;
  if ((await cx.host.files.stat(`${commonDir}/reftable`)) !== undefined) return askGit(cx, repository, ref);
  let name = ref;
  for (let hop = 0; hop < mostHops; hop++) {
    const loose = (await looseRef(cx.host, `${commonDir}/${name}`))?.trimEnd();
    if (loose === undefined) break;
    if (isCommitId(loose)) return { ok: loose };
    const target = /^ref: refs\/(.+)$/.exec(loose)?.[1];
    if (target === undefined || !isBranchName(target)) {
      return problem(
        'Corrupt',
        `${path}: ${name} holds no commit id`,
        `git -C ${path} fsck; an interrupted write leaves such a file`,
      );
    }
    name = `refs/${target}`;
  }
  const packed = findPacked(
    (await cx.host.files.text(`${commonDir}/packed-refs`, { maxBytes: packedRefsBytes })) ?? '',
    name,
  );
  return packed === undefined ? absent(cx.host, repository, ref) : { ok: packed };
}

/** A directory in its place (refs/heads/a/ while `a` is asked for) is no ref. */
async function looseRef(host: ReadHost, path: string): Promise<string | undefined> {
  try {
    return await host.files.text(path, { maxBytes: 4_096 });
  } catch (error) {
    if (isFleetError(error) && error.code === 'FILE_FAILED' && (await host.files.stat(path))?.kind === 'directory')
      return undefined;
    throw error;
  }
}

/** One line each: `<id> <ref>`; `^<id>` lines and comments between them are not ours. Pure. */
export function findPacked(text: string, ref: string): string | undefined {
  for (let at = text.indexOf(` ${ref}\n`); at !== -1; at = text.indexOf(` ${ref}\n`, at + 1)) {
    const id = text.slice(text.lastIndexOf('\n', at) + 1, at);
    if (isCommitId(id)) return id;
  }
  return undefined;
}

async function absent(host: ReadHost, repository: Repository, ref: string): Promise<SourceOutcome<string>> {
  const { commonDir, path } = repository;
  const heads = (await host.files.list(`${commonDir}/refs/heads`)) ?? [];
  const packed = await host.files.stat(`${commonDir}/packed-refs`);
  const name = ref.replace(/^refs\/(heads|remotes)\//, '');
  if (heads.length === 0 && packed === undefined) {
    return problem('Empty', `${path}: no commit on ${name} yet`, `git -C ${path} commit`);
  }
  return problem(
    'Missing',
    `${path}: no branch ${name}`,
    `git -C ${path} branch --all; check [source] branch in node.toml`,
  );
}

async function askGit(cx: SourceContext, repository: Repository, ref: string): Promise<SourceOutcome<string>> {
  const args = ['rev-parse', '--verify', '-q', '--end-of-options', `${ref}^{commit}`];
  const result = await git(cx, { gitDir: repository.gitDir, args });
  const id = result.stdout.trim();
  if (result.exitCode === 0 && isCommitId(id)) return { ok: id };
  if (result.stderr.trim() === '') return absent(cx.host, repository, ref);
  return problem('Corrupt', `${repository.path}: ${ref}: ${lastWords(result)}`, `git -C ${repository.path} fsck`);
}
