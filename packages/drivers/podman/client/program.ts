import { isFleetError } from '@reconcile/core';
import type { ReadRun, RunResult } from '@reconcile/host';
import { fail, hung, podmanFailure, tooMuch } from './fail.ts';

/** Deadlines of ordinary calls, ms (reliability.md fault 3). */
export const readTimeoutMs = 10_000;
export const writeTimeoutMs = 60_000;

export interface ProgramCall {
  /** For messages: `list containers`. */
  readonly what: string;
  readonly args: readonly string[];
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly maxBytes?: number;
}

/** Runs podman to its end, whatever its exit code. @throws PODMAN_HUNG PODMAN_MISSING PODMAN_GARBLED, and RUN_CANCELLED as it is */
export async function runPodman(run: ReadRun, call: ProgramCall): Promise<RunResult> {
  try {
    return await run.run('podman', call.args, {
      timeoutMs: call.timeoutMs,
      signal: call.signal,
      ...(call.maxBytes === undefined ? {} : { maxBytes: call.maxBytes }),
    });
  } catch (cause) {
    throw translated(cause, call);
  }
}

/** Host errors → ours. A killed podman may have done its work: unknown, like a hung one. */
function translated(cause: unknown, call: ProgramCall): unknown {
  if (!isFleetError(cause)) return cause;
  switch (cause.code) {
    case 'RUN_TIMEOUT':
      return hung(call.what, `no answer in ${call.timeoutMs / 1000} s`, cause);
    case 'RUN_KILLED':
      return hung(call.what, 'podman was killed', cause);
    case 'RUN_MISSING':
      return fail('PODMAN_MISSING', {
        message: call.what,
        actual: 'there is no program podman',
        hint: 'apt-get install podman, or look at PATH',
        cause,
      });
    case 'RUN_FAILED':
      return fail('PODMAN_MISSING', { message: call.what, hint: 'look at it: ls -lL $(command -v podman)', cause });
    case 'RUN_TOO_MUCH':
      return tooMuch(call.what, cause);
    default:
      return cause;
  }
}

/** Runs podman and wants success. @throws also the codes of fail.ts */
export async function askPodman(run: ReadRun, call: ProgramCall): Promise<string> {
  const result = await runPodman(run, call);
  if (result.exitCode !== 0) throw podmanFailure(call.what, said(result));
  return result.stdout;
}

export function said(result: RunResult): string {
  return result.stderr.trim() === '' ? `exit ${result.exitCode}: ${result.stdout.slice(-600)}` : result.stderr;
}
