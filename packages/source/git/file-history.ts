import type { Instant } from '@reconcile/core';
import { problem, type SourceContext, type SourceOutcome } from '../contract.ts';
import { sourceLimits } from '../layout.ts';
import { git, lastWords } from './command.ts';
import { findRepository } from './repository.ts';

/** One file as one commit left it. */
export interface FileVersion {
  readonly commit: string;
  /** First line. */
  readonly message: string;
  readonly author: string;
  readonly at: Instant;
  /** undefined: this commit removed it. */
  readonly text: string | undefined;
}

export interface FileHistoryQuery {
  readonly repo: string;
  /** Below `repo`. */
  readonly path: string;
  /** Most commits looked at. */
  readonly limit: number;
  /** Full id of the newest commit to look at; absent: what is checked out. */
  readonly from?: string;
}

/** The commits that changed one file of a checkout's branch, newest first, with what it was after each. Reads only. */
export async function fileHistory(
  cx: SourceContext,
  query: FileHistoryQuery,
): Promise<SourceOutcome<readonly FileVersion[]>> {
  const { repo, path, limit, from = 'HEAD' } = query;
  const found = await findRepository(cx.host, repo);
  if (found.ok === undefined) return found;
  const { gitDir } = found.ok;
  const damaged = (words: string) => problem('Corrupt', `${repo}: ${words}`, `git -C ${repo} fsck`);
  const format = '--format=%H%x00%an%x00%ct%x00%s';
  const logged = await git(cx, {
    gitDir,
    args: [
      'log',
      '--no-show-signature',
      '--no-renames',
      format,
      `--max-count=${limit}`,
      '--end-of-options',
      from,
      '--',
      path,
    ],
  });
  if (logged.exitCode !== 0) return damaged(lastWords(logged));
  const lines = Buffer.from(logged.stdout, 'latin1').toString('utf8').split('\n').filter(Boolean);
  const versions: FileVersion[] = [];
  for (const line of lines) {
    const [commit = '', author = '', seconds = '', message = ''] = line.split('\0');
    versions.push({
      commit,
      author,
      message,
      at: Number(seconds) * 1000,
      text: await textAt(cx, gitDir, { commit, path }),
    });
  }
  return { ok: versions };
}

async function textAt(
  cx: SourceContext,
  gitDir: string,
  what: { commit: string; path: string },
): Promise<string | undefined> {
  const shown = await git(cx, {
    gitDir,
    args: ['cat-file', 'blob', `${what.commit}:${what.path}`],
    maxBytes: sourceLimits.fileBytes,
  });
  return shown.exitCode === 0 ? Buffer.from(shown.stdout, 'latin1').toString('utf8') : undefined;
}
