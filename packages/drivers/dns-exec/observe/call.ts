import { isFleetError } from '@reconcile/core';
import type { ReadHost } from '@reconcile/host';
import { fail } from '../errors.ts';
import type { Request } from './protocol.ts';
import type { DnsExecSettings } from './settings.ts';

const mostBytes = 16 * 1024 * 1024;
const shownBytes = 400;

/**
 * One run of the script: the request on stdin, its verb as the last argument, the answer from stdout.
 * @throws DNS_EXEC_FAILED RUN_TIMEOUT RUN_MISSING RUN_CANCELLED RUN_NOT_READING
 */
export async function callScript(
  host: ReadHost,
  settings: DnsExecSettings,
  { request, signal }: { request: Request; signal: AbortSignal },
): Promise<string> {
  const { args, program, timeoutMs, zone } = settings;
  const message = `${request.verb} ${zone} by ${program}`;
  const stdin = `${JSON.stringify(request)}\n`;
  try {
    const options = { timeoutMs, signal, stdin, maxBytes: mostBytes };
    const result = await host.run.run(program, [...args, request.verb], options);
    if (result.exitCode === 0) return result.stdout;
    const said = result.stderr
      .trim()
      .slice(-shownBytes)
      .replace(/\s*\n\s*/g, '; ');
    throw fail('DNS_EXEC_FAILED', { message, actual: `exit ${result.exitCode}${said === '' ? '' : `: ${said}`}` });
  } catch (error) {
    if (
      isFleetError(error) &&
      (error.code === 'RUN_FAILED' || error.code === 'RUN_KILLED' || error.code === 'RUN_TOO_MUCH')
    )
      throw fail('DNS_EXEC_FAILED', { message, cause: error });
    throw error;
  }
}
