import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import type { RunOptions, RunResult } from '../contract.ts';
import { fail } from '../errors.ts';
import { Bounded, Tail } from './bytes.ts';
import { commandName, startFailure, stopFailure } from './failure.ts';
import { endGroup } from './group.ts';

// node:child_process directly: this is the one call that every cold `reconcile` makes, and execa costs 15 ms to load and
// 4 ms more per first start (measured in a bundle, Node 20.20). lines.ts and attach.ts use execa.

const defaultMaxBytes = 64 * 1024 * 1024;
const stderrBytes = 64 * 1024;

/** A grandchild may hold stdout open long after the child ended (podman's pause process does): then we stop waiting for it. */
const drainMs = 500;

export interface ChildRequest {
  readonly program: string;
  readonly args: readonly string[];
  readonly options: RunOptions;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Runs a child in a process group of its own to its end or its deadline, whichever is first. Settles at the deadline
 * even when somebody still holds the pipes; the group is killed.
 * @throws RUN_TIMEOUT RUN_MISSING RUN_CANCELLED RUN_KILLED RUN_TOO_MUCH RUN_FAILED
 */
export function runChild(request: ChildRequest): Promise<RunResult> {
  const { program, args, options } = request;
  const { signal, timeoutMs, stdin } = options;
  if (signal?.aborted) return Promise.reject(stopFailure({ program, args, timeoutMs }, true));
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    let child: ChildProcess;
    try {
      child = spawn(program, args, spawnOptions(request));
    } catch (error) {
      reject(startFailure(program, args, error));
      return;
    }
    const out = new Bounded(options.maxBytes ?? defaultMaxBytes);
    const err = new Tail(stderrBytes);
    let drain: NodeJS.Timeout | undefined;

    const release = () => {
      clearTimeout(deadline);
      clearTimeout(drain);
      signal?.removeEventListener('abort', onAbort);
      child.removeAllListeners();
      child.on('error', () => undefined);
      for (const stream of child.stdio) stream?.destroy();
    };
    const stop = (failure: Error) => {
      release();
      if (child.pid !== undefined) endGroup(child.pid);
      child.unref();
      reject(failure);
    };
    const onAbort = () => stop(stopFailure({ program, args, timeoutMs }, true));
    const deadline = setTimeout(
      () => stop(stopFailure({ program, args, timeoutMs }, false)),
      Math.min(timeoutMs, 2 ** 31 - 1),
    );
    signal?.addEventListener('abort', onAbort, { once: true });

    const ended = (exitCode: number | null, killedBy: NodeJS.Signals | null) => {
      release();
      const message = `run ${commandName(program, args)}`;
      if (exitCode === null)
        reject(fail('RUN_KILLED', { message, actual: `ended by ${killedBy}`, cause: lastLine(err.text()) }));
      else {
        const stdout = out.bytes().toString(options.encoding ?? 'utf8');
        resolve({ exitCode, stdout, stderr: err.text(), durationMs: performance.now() - startedAt });
      }
    };
    child.on('error', (error) => {
      release();
      reject(startFailure(program, args, error));
    });
    child.on('exit', (code, killedBy) => {
      drain = setTimeout(() => ended(code, killedBy), drainMs);
    });
    child.on('close', ended);
    child.stdout?.on('data', (chunk: Buffer) => {
      if (!out.add(chunk)) stop(fail('RUN_TOO_MUCH', { message: `run ${commandName(program, args)}` }));
    });
    child.stderr?.on('data', (chunk: Buffer) => err.add(chunk));
    if (stdin !== undefined && child.stdin !== null) {
      // A child that ends without reading its input breaks the pipe: its exit code tells more than our EPIPE.
      child.stdin.on('error', () => undefined);
      child.stdin.end(stdin);
    }
  });
}

function spawnOptions(request: ChildRequest): SpawnOptions {
  const { cwd, stdin } = request.options;
  return {
    detached: true,
    env: request.env,
    stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    // Not the caller's directory: it may be gone, or a mount point that a long-lived child would keep busy.
    cwd: cwd ?? '/',
  };
}

function lastLine(text: string): Error | undefined {
  const line = text.trimEnd().split('\n').at(-1);
  return line === undefined || line === '' ? undefined : new Error(line);
}
