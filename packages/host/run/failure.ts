import type { FleetError } from '@reconcile/core';
import { programName } from '../environment.ts';
import { fail, systemCode } from '../errors.ts';

/** `podman container inspect`: enough to know it again. Values are left out, they may be anybody's. */
export function commandName(program: string, args: readonly string[]): string {
  const words = args.filter((arg) => /^[a-z][a-z-]*$/.test(arg)).slice(0, 2);
  return [programName(program), ...words].join(' ');
}

/** Why a child did not start (execve(2), spawn's own argument checks). */
export function startFailure(program: string, args: readonly string[], cause: unknown): FleetError {
  const message = `run ${commandName(program, args)}`;
  if (systemCode(cause) === 'ENOENT') {
    return fail('RUN_MISSING', {
      message,
      wanted: programName(program),
      actual: 'not found',
      hint: `install ${programName(program)}`,
      cause,
    });
  }
  return fail('RUN_FAILED', { message, cause });
}

/** Stopped by us: at the deadline or because `signal` fired. */
export function stopFailure(
  what: { program: string; args: readonly string[]; timeoutMs: number },
  cancelled: boolean,
): FleetError {
  const message = `run ${commandName(what.program, what.args)}`;
  if (cancelled) return fail('RUN_CANCELLED', { message });
  return fail('RUN_TIMEOUT', {
    message,
    wanted: `an end within ${what.timeoutMs} ms`,
    actual: 'still running; its process group was killed',
  });
}
