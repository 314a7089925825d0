import type { Host } from '@reconcile/host';

const timeoutMs = 5_000;

/** Tells a service manager how we are: systemd where it asked for it, nobody elsewhere. */
export interface Notifier {
  /** `READY=1`, `STATUS=…`: one word each. What cannot be told is no error of ours. */
  tell(...words: readonly string[]): Promise<void>;
  /** How often `WATCHDOG=1` is expected, ms; undefined: never. */
  readonly watchdogMs: number | undefined;
}

/**
 * sd_notify(3) through systemd's own program: Node has no datagram sockets in the file system. The unit says NotifyAccess=all,
 * since a child of ours speaks.
 */
export function notifier(host: Host, env: Readonly<Record<string, string | undefined>>): Notifier {
  const { NOTIFY_SOCKET: socket, WATCHDOG_PID: pid, WATCHDOG_USEC: every } = env;
  if (socket === undefined || socket === '') return { watchdogMs: undefined, tell: async () => undefined };
  const isOurs = pid === undefined || pid === String(process.pid);
  const watchdogMs = isOurs && Number(every) > 0 ? Number(every) / 1000 : undefined;
  return {
    watchdogMs,
    async tell(...words) {
      try {
        await host.run.run('systemd-notify', ['--', ...words], { timeoutMs, env: { NOTIFY_SOCKET: socket } });
      } catch {
        // Without that program nobody who could be told is there.
      }
    },
  };
}
