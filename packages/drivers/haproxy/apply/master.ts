import { isFleetError } from '@reconcile/core';
import type { Host } from '@reconcile/host';
import { fail } from '../errors.ts';
import { masterOf, ownProcesses } from '../observe/alive.ts';
import { readRunning } from '../observe/ask.ts';
import { noMaster, notIncluded } from '../observe/attached.ts';
import { bindsOf, type Manifest, nothingAsked } from '../record/manifest.ts';
import { parseAddress } from '../record/names.ts';
import type { Rendered } from '../render/render.ts';
import type { HaproxySettings } from '../settings/settings.ts';
import { startArgs } from '../settings/start.ts';
import { runHaproxy } from './check.ts';
import { askReload, readWorkers, type Workers } from './commands.ts';
import { explainBinds, findHolders, startMessage } from './explain.ts';

const loadTimeoutMs = 12_000;
const stopTimeoutMs = 5_000;
const masterTimeoutMs = 1_000;
const holderTimeoutMs = 700;
const lookEveryMs = 15;
const askAgainMs = 1_500;

/**
 * Starts a HAProxy of its own: master and worker in a session of theirs, not children of ours, so that nothing that happens
 * to us ends it. It binds before it goes to the background, so a refusal is seen here. One of ours that nobody can ask any
 * more lets go first. @throws HAPROXY_MISSING HAPROXY_BIND HAPROXY_START
 */
export async function start(
  host: Host,
  settings: HaproxySettings,
  to: { manifest: Manifest; rendered: Pick<Rendered, 'hash'> },
): Promise<void> {
  await stop(host, settings, bindsOf(to.manifest, settings));
  const result = await runHaproxy(host, settings, startArgs(settings));
  if (result.exitCode !== 0) {
    const said = startMessage(result.stderr);
    const bind = await explainBinds(
      host,
      bindsOf(to.manifest, settings).filter((one) => said.includes(`[${one}]`)),
    );
    throw fail(bind === undefined ? 'HAPROXY_START' : 'HAPROXY_BIND', {
      message: 'start haproxy',
      actual: said,
      ...bind,
    });
  }
  await patiently(
    host,
    async () => (await readRunning(host, settings, nothingAsked)).hash === to.rendered.hash || undefined,
  );
}

/**
 * New worker, same sockets; the old one serves its connections to their end. 2.6 answers a reload with nothing at all: it is
 * taken when a worker that was not there before shows the new configuration, and failed when the master says so.
 * @throws HAPROXY_RELOAD HAPROXY_BIND HAPROXY_NOT_INCLUDED HAPROXY_UNREACHABLE
 */
export async function reload(
  host: Host,
  settings: HaproxySettings,
  to: { manifest: Manifest; rendered: Pick<Rendered, 'hash'> },
): Promise<void> {
  const added = await freeBinds(host, settings, bindsOf(to.manifest, settings));
  const before = await (settings.isManaged ? reachMaster(host, settings) : askMaster(host, settings));
  if (before === undefined) {
    if (settings.isManaged) return start(host, settings, to);
    throw noMaster(settings);
  }
  let askedAt = Number.NEGATIVE_INFINITY;
  const isTaken = await patiently(host, async () => {
    const now = await readWorkers(host, settings);
    // A master that is just becoming another image takes the word and forgets it.
    if (now.reloads === before.reloads && host.clock.now() - askedAt > askAgainMs) {
      await askReload(host, settings);
      askedAt = host.clock.now();
      return undefined;
    }
    if (now.failedReloads > before.failedReloads) return false;
    const { hash, workerPid } = await readRunning(host, settings, nothingAsked);
    const isNew = now.current.includes(workerPid) && !before.current.includes(workerPid);
    if (isNew && !settings.isManaged && hash === '' && to.rendered.hash !== '') throw notIncluded(settings);
    return isNew && hash === to.rendered.hash ? true : undefined;
  });
  if (isTaken) return;
  const trouble = await explainBinds(host, added);
  throw fail(trouble === undefined ? 'HAPROXY_RELOAD' : 'HAPROXY_BIND', {
    message: 'reload haproxy',
    actual: 'it refused the new configuration and serves on with the one before',
    ...trouble,
  });
}

/**
 * Those of `binds` that the serving worker does not have. HAProxy would try for two seconds to get one that is in use; we look
 * first, and twice, since a reload that somebody before us began may just be giving it to a new worker of ours.
 * @throws HAPROXY_BIND
 */
async function freeBinds(host: Host, settings: HaproxySettings, binds: readonly string[]): Promise<string[]> {
  const look = async () => {
    const { frontends } = await readRunning(host, settings, nothingAsked);
    const open = new Set([...frontends.values()].flatMap((frontend) => frontend.binds));
    const added = binds.filter((bind) => !open.has(bind));
    return { added, trouble: await findHolders(host, added) };
  };
  const isFree = async () => {
    const { added, trouble } = await look();
    return trouble === undefined ? added : undefined;
  };
  return patiently(host, isFree, holderTimeoutMs).catch(async (cause: unknown) => {
    const { added, trouble } = await look();
    if (trouble !== undefined) throw fail('HAPROXY_BIND', { message: 'reload haproxy', ...trouble, cause });
    return added;
  });
}

/**
 * Its socket may have been removed by somebody: SIGUSR2 reloads as well, and a reload makes the socket again. undefined: it
 * cannot be spoken to at all, and must be replaced.
 */
async function reachMaster(host: Host, settings: HaproxySettings): Promise<Workers | undefined> {
  const ask = () => askMaster(host, settings);
  const answer = await ask();
  const master = answer === undefined ? await masterOf(host, settings) : undefined;
  if (master === undefined) return answer;
  await host.kill(master.pid, master.startTicks, 'SIGUSR2');
  return ask();
}

/** undefined: nobody answers, also after a moment. */
async function askMaster(host: Host, settings: HaproxySettings): Promise<Workers | undefined> {
  return patiently(host, () => readWorkers(host, settings), masterTimeoutMs).catch(() => undefined);
}

/**
 * Everything of ours lets go of its sockets at once and serves its open connections to their end, within hard_stop_after.
 * Waits for the sockets only. @throws HAPROXY_STOP
 */
export async function stop(host: Host, settings: HaproxySettings, binds: readonly string[]): Promise<void> {
  const own = await ownProcesses(host, settings);
  if (own.length === 0) return;
  await Promise.all(own.map(({ pid, startTicks }) => host.kill(pid, startTicks, 'SIGUSR1')));
  const ports = new Set(binds.map((bind) => parseAddress(bind).port));
  const isFree = async () => {
    const [alive, listening] = await Promise.all([ownProcesses(host, settings), host.net.listening()]);
    return alive.length === 0 || !listening.some(({ protocol, port }) => protocol === 'tcp' && ports.has(port));
  };
  await patiently(host, async () => (await isFree()) || undefined, stopTimeoutMs).catch((cause: unknown) => {
    throw fail('HAPROXY_STOP', { message: `stop haproxy (pid ${own.map(({ pid }) => pid).join(', ')})`, cause });
  });
}

/**
 * Tries until there is a result. Failures count as "not yet": the master's socket is away for a moment whenever it becomes
 * another process image, at start and at each reload (2.6). @throws HAPROXY_UNREACHABLE with the last failure
 */
async function patiently<T>(host: Host, look: () => Promise<T | undefined>, timeoutMs = loadTimeoutMs): Promise<T> {
  const end = host.clock.now() + timeoutMs;
  let cause: unknown;
  do {
    try {
      const found = await look();
      if (found !== undefined) return found;
    } catch (error) {
      if (isFleetError(error) && error.code === 'HAPROXY_NOT_INCLUDED') throw error;
      cause = error;
    }
    await host.clock.sleep(lookEveryMs);
  } while (host.clock.now() < end);
  throw fail('HAPROXY_UNREACHABLE', { message: 'wait for haproxy', wanted: `within ${timeoutMs} ms`, cause });
}
