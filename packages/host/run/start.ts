import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { RunHandle } from '../contract.ts';
import { startFailure } from './failure.ts';

export interface StartRequest {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly logFile?: string;
  readonly cwd?: string;
}

const logFlags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;

/** Starts a child in a session of its own that neither our end nor our terminal's touches. @throws RUN_MISSING RUN_FAILED */
export async function startChild(request: StartRequest): Promise<RunHandle> {
  const { program, args, env, cwd } = request;
  let log: FileHandle | undefined;
  try {
    log = request.logFile === undefined ? undefined : await open(request.logFile, logFlags, 0o600);
    const output = log?.fd ?? 'ignore';
    const child = spawn(program, args, {
      detached: true,
      env,
      stdio: ['ignore', output, output],
      // What outlives us must not stand in a directory that can be removed: podman's service then fails every start.
      cwd: cwd ?? '/',
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    child.unref();
    return { pid: child.pid! };
  } catch (error) {
    throw startFailure(program, args, error);
  } finally {
    await log?.close();
  }
}
