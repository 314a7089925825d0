import { isFleetError } from '@reconcile/core';
import type { Host, RunResult } from '@reconcile/host';
import { fail } from '../client/fail.ts';

/** Whoever makes or unpacks snapshots: this machine, and when to stop. */
export interface SnapshotContext {
  readonly host: Host;
  readonly signal: AbortSignal;
}

/** For what goes through all the data; a day of reading is no snapshot any more. */
export const throughAll = { timeoutMs: 24 * 3_600_000 } as const;
export const quick = { timeoutMs: 60_000 } as const;

export interface ToolOptions {
  readonly timeoutMs: number;
  /** Exit codes that count as well. */
  readonly fine?: readonly number[];
  /** What to do when it fails. */
  readonly hint?: string;
}

/** Runs a program to its end. @throws SNAPSHOT_TOOL: not there, or it failed, with its last words */
export async function runTool(
  { host, signal }: SnapshotContext,
  [program = '', ...args]: readonly string[],
  { fine = [0], hint, timeoutMs }: ToolOptions,
): Promise<RunResult> {
  try {
    const result = await host.run.run(program, args, { timeoutMs, signal });
    if (fine.includes(result.exitCode)) return result;
    throw toolFailure(
      program,
      hint ?? 'reconcile doctor',
      `exit ${result.exitCode}: ${result.stderr.trim().slice(-500)}`,
    );
  } catch (error) {
    if (isFleetError(error) && error.code === 'RUN_MISSING')
      throw toolFailure(program, `apt install ${program}`, 'it is not installed', error);
    throw error;
  }
}

function toolFailure(program: string, hint: string, ...[actual, cause]: [string, unknown?]): Error {
  return fail('SNAPSHOT_TOOL', {
    message: `run ${program}`,
    actual,
    hint,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** As root of the user's namespace, where the data of every container's user can be read and given back to whom it was. */
export function inNamespace({ host }: SnapshotContext, argv: readonly string[]): readonly string[] {
  return host.proc.uid() === 0 ? argv : ['podman', 'unshare', ...argv];
}

/** `/srv/notes` → `srv/notes`. */
export function memberOf(path: string): string {
  return path.replace(/^\/+/, '').replace(/\/+$/, '');
}
