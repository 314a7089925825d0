import { isFleetError } from '@reconcile/core';
import type { ReadHost } from '@reconcile/host';
import { podmanFailure } from '../client/fail.ts';
import { lineTime } from '../client/log-lines.ts';

export interface LogOptions {
  /** The newest this many; undefined: all that podman still has. */
  readonly lines?: number | undefined;
  /** RFC 3339. */
  readonly since?: string | undefined;
  /** Goes on until the container ends or `signal` fires. */
  readonly follow: boolean;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** One line of a container's output. */
export interface LogLine {
  /** podman's time stamp, RFC 3339 with nanoseconds: sorts as text. */
  readonly at: string;
  readonly text: string;
}

/**
 * What a container prints, stdout and stderr as they come; their order is that of the time stamps. The name is exact:
 * whoever calls has seen it. @throws PODMAN_NO_SUCH PODMAN_FAILED RUN_TIMEOUT RUN_CANCELLED RUN_MISSING
 */
export async function* containerLines(host: ReadHost, name: string, options: LogOptions): AsyncIterable<LogLine> {
  const args = [
    'logs',
    '--timestamps',
    ...(options.follow ? ['--follow'] : []),
    ...(options.lines === undefined ? [] : [`--tail=${options.lines}`]),
    ...(options.since === undefined ? [] : [`--since=${options.since}`]),
    '--',
    name,
  ];
  let said = '';
  try {
    const { signal, timeoutMs } = options;
    for await (const line of host.run.lines('podman', args, { timeoutMs, signal, stderr: true })) {
      const at = lineTime(line);
      // podman's own messages have no time stamp.
      if (at === undefined) said = line;
      else yield { at, text: line.slice(at.length + 1) };
    }
  } catch (cause) {
    if (isFleetError(cause) && cause.code === 'RUN_FAILED' && said !== '')
      throw podmanFailure(`read the output of ${name}`, said);
    throw cause;
  }
}
