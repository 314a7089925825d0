import type { Host, RunResult } from '@reconcile/host';
import type { Repository } from './repository.ts';

export interface EditContext {
  readonly host: Host;
  readonly signal: AbortSignal;
}

export interface UserCall {
  readonly args: readonly string[];
  readonly stdin?: string;
  readonly index?: string;
  readonly timeoutMs?: number;
  /** May reach the remote. */
  readonly network?: boolean;
}

/**
 * Runs git on the caller's own checkout with the caller's own configuration: identity, credentials and remotes are theirs.
 * Hooks and the file system monitor stay off: what we commit is one file, and nothing of it needs to be asked twice.
 */
export async function userGit(cx: EditContext, repository: Repository, call: UserCall): Promise<RunResult> {
  const { gitDir, workTree = gitDir } = repository;
  const off = ['-c', 'core.hooksPath=/dev/null', '-c', 'core.fsmonitor=false', '-c', 'gc.auto=0'];
  return cx.host.run.run(
    'git',
    [`--git-dir=${gitDir}`, `--work-tree=${workTree}`, '--no-pager', ...off, ...call.args],
    {
      timeoutMs: call.timeoutMs ?? 10_000,
      signal: cx.signal,
      cwd: workTree,
      env: {
        GIT_TERMINAL_PROMPT: '0',
        GIT_LITERAL_PATHSPECS: '1',
        GIT_ALLOW_PROTOCOL: call.network === true ? 'file:ssh:http:https:git' : 'none',
        ...(call.index === undefined ? {} : { GIT_INDEX_FILE: call.index }),
      },
      ...(call.stdin === undefined ? {} : { stdin: call.stdin }),
    },
  );
}
