import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import type { RunResult } from '@reconcile/host';
import { fail } from '../errors.ts';
import { lastWords } from './command.ts';
import type { Repository } from './repository.ts';
import { type EditContext, userGit } from './user-command.ts';

export interface NewRepository {
  /** Absolute; nothing is there, or an empty directory. */
  readonly path: string;
  /** Below `path`. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
  /** Of the first commit. */
  readonly message: string;
  /** Names this machine where git does not know who commits. */
  readonly hostname: string;
}

export interface CreatedRepository {
  readonly commit: string;
  /** Who it was committed as because git knew nobody: `ops <ops@rift>`. undefined: git knew. */
  readonly madeUpIdentity: string | undefined;
}

/**
 * A repository with a branch `main` and one commit, whole or not at all: made beside its place and moved there.
 * @throws SOURCE_CREATE RUN_* FILE_*
 */
export async function createRepository(cx: EditContext, made: NewRepository): Promise<CreatedRepository> {
  const { files } = cx.host;
  const fresh = `${made.path}.${cx.host.ids.random().slice(0, 8)}`;
  try {
    await files.makeDir(fresh, { mode: 0o755 });
    for (const { path, text } of made.files) {
      await files.makeDir(dirname(join(fresh, path)), { mode: 0o755 });
      await files.write(join(fresh, path), text, { mode: 0o644 });
    }
    const created = await firstCommit(cx, fresh, made);
    await files.rename(fresh, made.path);
    return created;
  } catch (error) {
    // Why it failed is the news; that something of it may still lie there is not.
    await files.removeTree(fresh).catch(() => undefined);
    throw error;
  }
}

async function firstCommit(cx: EditContext, path: string, made: NewRepository): Promise<CreatedRepository> {
  const gitDir = join(path, '.git');
  const repository: Repository = { path, gitDir, commonDir: gitDir, workTree: path };
  const run = async (...args: string[]) => succeeded(await userGit(cx, repository, { args }), made.path);
  // Without a template: what a machine puts into every repository is not ours to start.
  await run('init', '--quiet', '--template=', '--initial-branch=main');
  // Ignored or not: it is what the first commit is for.
  await run('add', '--force', '--', ...made.files.map((file) => file.path));
  const known = await userGit(cx, repository, { args: ['var', 'GIT_COMMITTER_IDENT'] });
  const { username } = userInfo();
  const email = `${username}@${made.hostname}`;
  const who = known.exitCode === 0 ? [] : ['-c', `user.name=${username}`, '-c', `user.email=${email}`];
  await run(...who, '-c', 'commit.gpgSign=false', 'commit', '--quiet', '-m', made.message);
  const commit = (await run('rev-parse', '--verify', 'HEAD')).stdout.trim();
  return { commit, madeUpIdentity: known.exitCode === 0 ? undefined : `${username} <${email}>` };
}

function succeeded(result: RunResult, path: string): RunResult {
  if (result.exitCode === 0) return result;
  throw fail('SOURCE_CREATE', {
    message: `make a git repository in ${path}`,
    key: path,
    wanted: 'git init and a first commit',
    actual: lastWords(result),
    hint: 'git --version: 2.28 or later is needed',
  });
}
