import type { ReadHost, RunResult } from '@reconcile/host';

/** Local git calls end within this. */
export const localTimeoutMs = 10_000;

/**
 * Variables of every reading call. A repository's own configuration is not ours to trust: system and user configuration
 * are off, and GIT_ALLOW_PROTOCOL overrides `protocol.*.allow` of any file, so that a missing object of a partial clone
 * cannot start a transport (tried: `-c protocol.allow=never` alone loses to `protocol.ext.allow` in .git/config).
 */
export const readingVariables: Readonly<Record<string, string>> = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_NO_LAZY_FETCH: '1',
  GIT_ALLOW_PROTOCOL: 'none',
};

/** Switches off what a repository's configuration could start. */
export const safeSettings = [
  '-c',
  'core.hooksPath=/dev/null',
  '-c',
  'core.fsmonitor=false',
  '-c',
  'core.symlinks=false',
  '-c',
  'submodule.recurse=false',
];

export interface GitCall {
  readonly gitDir: string;
  readonly args: readonly string[];
  readonly stdin?: string | Uint8Array;
  readonly maxBytes?: number;
  readonly workTree?: string;
}

/**
 * Runs a reading git command on one repository. The directory is named, never searched for: git's search goes upwards and
 * refuses repositories of other users. Output as latin1, bytes as they are.
 */
export async function git(cx: { host: ReadHost; signal: AbortSignal }, call: GitCall): Promise<RunResult> {
  const place = [`--git-dir=${call.gitDir}`, ...(call.workTree === undefined ? [] : [`--work-tree=${call.workTree}`])];
  // check-ignore refuses to run with literal path specifications.
  const literal = call.args[0] === 'check-ignore' ? [] : ['--literal-pathspecs'];
  return cx.host.run.run('git', [...place, '--no-pager', ...literal, ...safeSettings, ...call.args], {
    timeoutMs: localTimeoutMs,
    signal: cx.signal,
    env: readingVariables,
    encoding: 'latin1',
    cwd: call.workTree ?? call.gitDir,
    ...(call.stdin === undefined ? {} : { stdin: call.stdin }),
    ...(call.maxBytes === undefined ? {} : { maxBytes: call.maxBytes }),
  });
}

/** Last line of git's stderr, for people. */
export function lastWords(result: RunResult): string {
  const line = result.stderr.trim().split('\n').at(-1) ?? '';
  return JSON.stringify(line).slice(1, -1).slice(0, 200);
}
