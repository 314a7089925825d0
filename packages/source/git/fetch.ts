import { resolve } from 'node:path';
import type { Instant } from '@reconcile/core';
import type { Host, ReadHost, RunResult } from '@reconcile/host';
import { asProblem } from '../as-problem.ts';
import { problem, type SourceOutcome, type SourceProblem } from '../contract.ts';
import { git, lastWords, readingVariables, safeSettings } from './command.ts';
import { resolveRef } from './head.ts';
import { isRemoteName } from './place.ts';
import { findRepository } from './repository.ts';
import type { GitSettings } from './settings.ts';

export interface FetchContext {
  readonly host: Host;
  readonly signal: AbortSignal;
}

export interface FetchOptions {
  readonly timeoutMs: number;
  /** A snapshot of the mirror came out Corrupt: make a new one beside it and swap. */
  readonly rebuild?: boolean;
}

export interface Fetched {
  readonly commit: string;
  /** The mirror was damaged or locked by a killed fetch, and was made anew. */
  readonly rebuilt: boolean;
}

/**
 * Brings our mirror of the remote branch up to date. Fetching goes into a bare repository of our own, never into the
 * user's: its configuration is ours, so no hook, filter or command of somebody's .git/config has a part in it, and a damaged
 * one is simply made again beside. Never pushes. A branch that vanished keeps its last commit here.
 */
export async function fetchMirror(
  cx: FetchContext,
  settings: GitSettings,
  options: FetchOptions,
): Promise<SourceOutcome<Fetched>> {
  return asProblem(settings.remote, async () => {
    const address = await findAddress(cx, settings);
    if (address.ok === undefined) return address;
    const fetch = { address: address.ok, branch: settings.branch, timeoutMs: options.timeoutMs };
    const exists = (await cx.host.files.stat(`${settings.mirror}/HEAD`)) !== undefined;
    if (exists && options.rebuild !== true) {
      const result = await fetchInto(cx, settings.mirror, fetch);
      if (result.exitCode === 0) return finish(cx, settings, false);
    }
    // A remote that is really away fails here as well; one that is not shows that the mirror was at fault.
    const fresh = `${settings.mirror}.new`;
    const result = await makeMirror(cx, fresh, fetch);
    if (result.exitCode !== 0) {
      await cx.host.files.removeTree(fresh);
      return fetchProblem(result, settings);
    }
    await swap(cx.host, settings.mirror, fresh);
    return finish(cx, settings, exists);
  });
}

/** When the mirror was last known to be up to date. */
export async function fetchedAt(host: ReadHost, settings: GitSettings): Promise<Instant | undefined> {
  return (await host.files.stat(`${settings.mirror}/fetched`))?.mtimeMs;
}

interface Fetch {
  readonly address: string;
  readonly branch: string;
  readonly timeoutMs: number;
}

async function findAddress(cx: FetchContext, settings: GitSettings): Promise<SourceOutcome<string>> {
  const { path, remote } = settings;
  if (!isRemoteName(remote)) return { ok: remote };
  const found = await findRepository(cx.host, path);
  if (found.ok === undefined) return found;
  const { gitDir, workTree } = found.ok;
  const result = await git(cx, { gitDir, args: ['config', '--get', `remote.${remote}.url`] });
  const address = Buffer.from(result.stdout, 'latin1').toString('utf8').trimEnd();
  if (result.exitCode !== 0 || address === '' || address.startsWith('-') || address.includes('::')) {
    return problem('Missing', `${path}: no usable address for remote ${remote}`, `git -C ${path} remote -v`);
  }
  const isRelativePath = address.startsWith('./') || address.startsWith('../');
  return { ok: isRelativePath ? resolve(workTree ?? gitDir, address) : address };
}

async function makeMirror(cx: FetchContext, directory: string, fetch: Fetch): Promise<RunResult> {
  await cx.host.files.removeTree(directory);
  await cx.host.files.makeDir(directory, { mode: 0o700 });
  const made = await mirrorGit(cx, directory, {
    args: ['init', '--quiet', '--bare', '--template=', '--', directory],
    timeoutMs: 10_000,
  });
  return made.exitCode === 0 ? fetchInto(cx, directory, fetch) : made;
}

async function fetchInto(cx: FetchContext, directory: string, fetch: Fetch): Promise<RunResult> {
  const refspec = `+refs/heads/${fetch.branch}:refs/heads/${fetch.branch}`;
  const flags = ['--quiet', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head'];
  return mirrorGit(cx, directory, {
    args: ['-c', 'gc.autoDetach=false', 'fetch', ...flags, '--', fetch.address, refspec],
    timeoutMs: fetch.timeoutMs,
  });
}

async function mirrorGit(
  cx: FetchContext,
  directory: string,
  call: { args: readonly string[]; timeoutMs: number },
): Promise<RunResult> {
  return cx.host.run.run('git', [`--git-dir=${directory}`, ...safeSettings, ...call.args], {
    timeoutMs: call.timeoutMs,
    signal: cx.signal,
    cwd: directory,
    env: { ...readingVariables, GIT_ALLOW_PROTOCOL: 'file:ssh:https' },
  });
}

/** The damaged one is kept beside until the next swap, for whoever wants to know why. */
async function swap(host: Host, mirror: string, fresh: string): Promise<void> {
  if ((await host.files.stat(mirror)) !== undefined) {
    await host.files.removeTree(`${mirror}.damaged`);
    await host.files.rename(mirror, `${mirror}.damaged`);
  }
  await host.files.rename(fresh, mirror);
}

async function finish(cx: FetchContext, settings: GitSettings, rebuilt: boolean): Promise<SourceOutcome<Fetched>> {
  const { branch, mirror } = settings;
  await cx.host.files.write(`${mirror}/fetched`, '', { mode: 0o600 });
  const head = await resolveRef(cx, { path: mirror, gitDir: mirror, commonDir: mirror }, `refs/heads/${branch}`);
  return head.ok === undefined ? head : { ok: { commit: head.ok, rebuilt } };
}

/** git gives 128 for everything; its texts are English under LC_ALL=C.UTF-8 (git 2.39). What is not recognised may pass by itself. */
function fetchProblem(result: RunResult, settings: GitSettings): SourceProblem {
  const { remote, branch } = settings;
  const message = `${remote}: ${lastWords(result)}`;
  if (/couldn't find remote ref/.test(result.stderr)) {
    return problem(
      'Missing',
      `${remote}: no branch ${branch}`,
      'check [source] branch in node.toml; what was fetched last stays',
    );
  }
  if (
    /Permission denied|Authentication failed|could not read (Username|Password)|Host key verification failed|dubious ownership|error: 40[13]/.test(
      result.stderr,
    )
  ) {
    return problem('Denied', message, `try: git ls-remote ${remote}`);
  }
  if (/does not appear to be a git repository|[Rr]epository .*not found|does not exist/.test(result.stderr)) {
    return problem('Missing', message, 'check [source] remote in node.toml');
  }
  return problem('Unreachable', message, `try: git ls-remote ${remote}`);
}
