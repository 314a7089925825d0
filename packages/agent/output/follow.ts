import type { LogLine, LogOptions } from '@reconcile/drivers/podman/logs';
import type { ReadHost } from '@reconcile/host';

export type { LogLine } from '@reconcile/drivers/podman/logs';
export type FollowOptions = Omit<LogOptions, 'timeoutMs'>;

const readTimeoutMs = 30_000;
/** Nobody looks at one screen for longer; a deadline has to be there. */
const followTimeoutMs = 7 * 24 * 3_600_000;

/** Output of one container of this node. @throws PODMAN_NO_SUCH PODMAN_FAILED RUN_* */
export async function* followContainer(host: ReadHost, name: string, options: FollowOptions): AsyncIterable<LogLine> {
  const { containerLines } = await import('@reconcile/drivers/podman/logs');
  yield* containerLines(host, name, { ...options, timeoutMs: options.follow ? followTimeoutMs : readTimeoutMs });
}
