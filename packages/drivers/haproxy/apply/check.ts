import { isFleetError } from '@reconcile/core';
import type { Host } from '@reconcile/host';
import { fail } from '../errors.ts';
import { askShow } from '../observe/ask.ts';
import { isIncluded, noStats, notIncluded } from '../observe/attached.ts';
import type { HaproxySettings } from '../settings/settings.ts';
import { readWorkers } from './commands.ts';
import { startMessage } from './explain.ts';

const checkTimeoutMs = 15_000;

/** Where distributions put it when it is not in the PATH. */
const usualPlaces = ['/usr/sbin/haproxy', '/usr/local/sbin/haproxy'];

/** Runs HAProxy in the foreground of this call; its daemon leaves it. @throws HAPROXY_MISSING and the host's RUN errors */
export async function runHaproxy(host: Host, settings: HaproxySettings, args: readonly string[]) {
  const programs = settings.binary.includes('/') ? [settings.binary] : [settings.binary, ...usualPlaces];
  for (const program of programs) {
    try {
      return await host.run.run(program, args, { timeoutMs: checkTimeoutMs, cwd: '/' });
    } catch (cause) {
      if (!isFleetError(cause) || cause.code !== 'RUN_MISSING') throw cause;
    }
  }
  throw fail('HAPROXY_MISSING', {
    message: 'run haproxy',
    wanted: programs.join(' or '),
    hint: 'install the haproxy package, or set binary in [drivers.haproxy]',
  });
}

/** @throws HAPROXY_CONFIG_REFUSED with HAProxy's own words */
export async function checkConfig(host: Host, settings: HaproxySettings, file: string): Promise<void> {
  const others = settings.isManaged ? [] : await othersOf(host, settings);
  const whole = await check(host, settings, [...others, file]);
  if (whole === undefined) return;
  // Files that we may not read are for HAProxy alone to judge: a reload that it refuses leaves the old worker serving.
  const alone = /could not open|cannot open|permission denied/i.test(whole)
    ? await check(host, settings, [file])
    : whole;
  if (alone !== undefined) throw fail('HAPROXY_CONFIG_REFUSED', { message: `check ${file}`, actual: alone });
}

async function check(host: Host, settings: HaproxySettings, files: readonly string[]): Promise<string | undefined> {
  const args = ['-c', ...files.flatMap((file) => ['-f', file])];
  const result = await runHaproxy(host, settings, args);
  return result.exitCode === 0 ? undefined : startMessage(result.stderr);
}

/** What an existing HAProxy loads besides ours, in its order. @throws HAPROXY_NOT_INCLUDED */
async function othersOf(host: Host, settings: HaproxySettings): Promise<string[]> {
  const files = await filesOf(host, settings);
  // Told relative to a directory that we do not know.
  if (files.some((file) => !file.startsWith('/'))) return [];
  return files.filter((file) => !isIncluded([file], settings));
}

/**
 * Fails before anything is written: where an existing HAProxy's socket may not be used to change it, and where its master's
 * arguments say that it does not load ours. Where they cannot be read, a reload finds out.
 * @throws HAPROXY_NOT_INCLUDED HAPROXY_UNREACHABLE
 */
export async function checkExisting(host: Host, settings: HaproxySettings): Promise<void> {
  const [[level] = []] = await askShow(host, settings, ['show cli level']);
  if (level !== undefined && level !== 'admin') throw noStats(settings, new Error(`its level is ${level}`));
  const files = await filesOf(host, settings);
  const last = files.at(-1);
  if (last === undefined || files.some((file) => !file.startsWith('/')) || isIncluded([last], settings)) return;
  throw notIncluded(settings, files);
}

/** Behind each `-f` of its master; none where nobody can tell. */
async function filesOf(host: Host, settings: HaproxySettings): Promise<string[]> {
  const workers = await readWorkers(host, settings).catch(() => undefined);
  if (workers === undefined) return [];
  const text = await host.files.text(`/proc/${workers.master}/cmdline`).catch(() => undefined);
  const words = text?.split('\0') ?? [];
  return words.filter((_, at) => words[at - 1] === '-f');
}
