import { isFleetError } from '@reconcile/core';
import type { ReadHost } from '@reconcile/host';
import { fail } from '../errors.ts';
import type { Asked } from '../record/manifest.ts';
import type { HaproxySettings } from '../settings/settings.ts';
import { readRunning } from './ask.ts';
import { noStats } from './attached.ts';
import type { Running } from './running.ts';

/** A process, told from a later one with the same number. */
export interface Identity {
  readonly pid: number;
  readonly startTicks: number;
}

/**
 * Our HAProxy's master. HAProxy writes the pid file; that the process is still the one is seen from its owner and from our
 * configuration in its arguments, so a file left by a crash or an earlier boot names nobody.
 */
export async function masterOf(host: ReadHost, settings: HaproxySettings): Promise<Identity | undefined> {
  const text = await host.files.text(settings.pidFile, { maxBytes: 64 });
  return identify(host, settings, Number(text?.trim() ?? ''));
}

async function identify(host: ReadHost, settings: HaproxySettings, pid: number): Promise<Identity | undefined> {
  if (!Number.isInteger(pid) || pid < 2) return undefined;
  const args = await host.files.text(`/proc/${pid}/cmdline`).catch(() => undefined);
  if (args?.split('\0').includes(settings.configFile) !== true) return undefined;
  const [startTicks, stat] = await Promise.all([host.proc.startTicks(pid), host.files.stat(`/proc/${pid}`)]);
  return startTicks !== undefined && stat?.uid === host.proc.uid() ? { pid, startTicks } : undefined;
}

/** Every process that runs with our configuration: master, workers, and any that a crash or a removed file made us lose. */
export async function ownProcesses(host: ReadHost, settings: HaproxySettings): Promise<Identity[]> {
  const pids = ((await host.files.list('/proc')) ?? []).map(Number).filter((pid) => pid > 1);
  const found = await Promise.all(pids.map((pid) => identify(host, settings, pid)));
  return found.filter((identity) => identity !== undefined);
}

/** `dead`: nobody serves. `cut-off`: it serves, but its socket was removed and nobody can ask it any more. */
export type Answer = { readonly running: Running } | 'dead' | 'cut-off';

/** @throws HAPROXY_UNREACHABLE when the process lives and does not answer: that is not "nothing runs". */
export async function askRunning(host: ReadHost, settings: HaproxySettings, asked: Asked): Promise<Answer> {
  try {
    return { running: await readRunning(host, settings, asked) };
  } catch (cause) {
    if (!isFleetError(cause) || !cause.code.startsWith('SOCKET_')) throw cause;
    if (!settings.isManaged) throw noStats(settings, cause);
    const master = await masterOf(host, settings);
    const socket = await host.files.stat(settings.statsSocket);
    if (master === undefined && cause.code === 'SOCKET_FAILED') return 'dead';
    if (socket === undefined) return 'cut-off';
    const dir = await host.files.stat(settings.runDir);
    throw fail('HAPROXY_UNREACHABLE', {
      message: `ask HAProxy${master === undefined ? '' : ` (pid ${master.pid})`}`,
      wanted: `an answer from ${settings.statsSocket}, mode 600 in a directory of mode 700`,
      actual: `socket ${octal(socket.mode)}, directory ${octal(dir?.mode)}`,
      hint: `restart it: kill ${master?.pid ?? '<its pid>'}, the next pass starts it again`,
      cause,
    });
  }
}

function octal(mode: number | undefined): string {
  return mode === undefined ? 'missing' : mode.toString(8).padStart(3, '0');
}
