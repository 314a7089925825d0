import type { ResourceKey } from '@reconcile/core';
import type { Host } from '@reconcile/host';
import { fail } from '../errors.ts';
import { readAgain, readRunning } from '../observe/ask.ts';
import { type Delta, deltaOf } from '../observe/delta.ts';
import { fixedPart } from '../observe/files.ts';
import type { Sight } from '../observe/look.ts';
import type { Narrow, Running } from '../observe/running.ts';
import { type Asked, askedOf, bindsOf, isEmpty, type Manifest, nothingAsked } from '../record/manifest.ts';
import { certificateName } from '../record/names.ts';
import { type Rendered, render } from '../render/render.ts';
import type { HaproxySettings } from '../settings/settings.ts';
import { checkConfig, checkExisting } from './check.ts';
import { change } from './commands.ts';
import { reload, start, stop } from './master.ts';
import { checkShown } from './shown.ts';
import { assertOurs, removeFiles, writeFiles } from './store.ts';

export interface Task {
  readonly sight: Sight;
  /** Our directories are there, and ours alone. */
  readonly ready: Promise<void>;
  readonly next: Manifest;
  /** Texts of its certificates, by name. */
  readonly pems: Rendered['pems'];
  /** What lies there of them now. */
  readonly copies: Readonly<Record<string, string | undefined>>;
  /** false: a proxy that does not run stays so; only its files follow. */
  readonly mayStart: boolean;
}

/** `holding`: nothing was done, because a reload would cost requests that wait at a parked route. */
export type Outcome = 'done' | 'holding';

/** Nothing was done: all certificates would be loaded anew, and not all were looked at. */
type Unsure = 'look at all';

/**
 * Makes files and process what the record says: files first, then the running state by single commands, or by a reload
 * where commands cannot do it. Done when the running proxy says so. What fails leaves the record and the files as they were.
 * @throws HAPROXY_* and errors of the host
 */
export async function bring(host: Host, settings: HaproxySettings, task: Task): Promise<Outcome | Unsure> {
  const { sight, next } = task;
  if (isEmpty(next)) {
    // Else a directory could come back after it was removed.
    await task.ready.catch(() => undefined);
    await (settings.isManaged ? stop(host, settings, bindsOf(sight.manifest, settings)) : unload(host, settings, task));
    await removeFiles(host, settings, next);
    return 'done';
  }
  const looking = withTouched(host, settings, task);
  looking.catch(() => undefined);
  // While HAProxy is asked.
  const rendered = render(next, settings, task.pems);
  const running = await looking;
  if (running === 'look at all') return running;
  const load = howToLoad(task, { rendered, running });
  if (sight.only !== undefined && load.how !== 'commands') return 'look at all';
  if (load.how === 'reload' && isHolding(next, host.clock.now())) return 'holding';
  assertOurs(settings, sight);
  await task.ready;
  if (!settings.isManaged && load.how === 'reload') await checkExisting(host, settings);
  let shown = Promise.resolve();
  try {
    const check = load.how === 'start' || load.how === 'reload' ? checkConfig : undefined;
    await writeFiles(host, settings, { rendered, manifest: next, before: sight, copies: task.copies, check });
    if (load.how === 'start') await start(host, settings, { manifest: next, rendered });
    if (load.how === 'reload') await reload(host, settings, { manifest: next, rendered });
    const told = load.delta && (await tell(host, settings, load.delta));
    if (load.how !== 'nothing') {
      // By now it should show them: asked while we look at all else.
      shown = checkShown(host, { before: sight.manifest, next });
      shown.catch(() => undefined);
      await settle(host, settings, { next, asked: askedOf(next, sight.only), rendered, running, told });
    }
  } catch (error) {
    await putBack(host, settings, task).catch(() => undefined);
    throw error;
  }
  const hasLess = Object.keys(sight.manifest.certificates).some((name) => next.certificates[name] === undefined);
  if (load.how === 'start' || load.how === 'reload' || hasLess) await removeFiles(host, settings, next);
  await shown;
  return 'done';
}

/** Nothing of ours is served any more: its configuration is loaded once more, without our part. */
async function unload(host: Host, settings: HaproxySettings, task: Task): Promise<void> {
  const { running } = task.sight;
  if (running === undefined || (running.hash === '' && running.frontends.size === 0)) return;
  await host.files.remove(settings.configFile);
  try {
    await reload(host, settings, { manifest: task.next, rendered: { hash: '' } });
  } catch (error) {
    await putBack(host, settings, task).catch(() => undefined);
    throw error;
  }
}

/** `commands`: whatever differs can be changed in the running worker; `delta` is that. */
interface Load {
  readonly how: 'nothing' | 'commands' | 'reload' | 'start';
  readonly delta: Delta | undefined;
}

/** Servers that are to change; all others are left to the next look, like the certificates of others. */
async function withTouched(
  host: Host,
  settings: HaproxySettings,
  { next, sight: { manifest, running } }: Task,
): Promise<Running | undefined | Unsure> {
  if (running?.hasSome !== true) return running;
  const keys = new Set([...Object.keys(manifest.routes), ...Object.keys(next.routes)]) as Set<ResourceKey>;
  const touched = [...keys].flatMap((key) => {
    const [was, is] = [manifest.routes[key], next.routes[key]];
    return was === is ? [] : [was?.backend ?? '', is?.backend ?? ''];
  });
  const backends = [...new Set(touched)].filter((name) => name !== '');
  if (backends.length > mostBackends) return 'look at all';
  // What is not there yet takes a reload, and that takes a look at all.
  const known = backends.filter((name) => manifest.backends[name] !== undefined);
  return known.length === 0
    ? running
    : readAgain(host, settings, { before: running, narrow: { backends: known, asked: nothingAsked } });
}

interface Compared {
  readonly rendered: Rendered;
  readonly running: Running | undefined;
}

function howToLoad({ sight, next, mayStart }: Task, { rendered, running }: Compared): Load {
  if (running === undefined) {
    return { how: mayStart || sight.state === 'cut-off' ? 'start' : 'nothing', delta: undefined };
  }
  // A configuration edited by hand may have been loaded by hand as well: then memory cannot be trusted to match its name.
  const { config } = sight.files;
  const isOurs = config === undefined || config === sight.rendered.config;
  const edited = !isOurs && fixedPart(config) !== fixedPart(rendered.config);
  const delta = edited ? undefined : deltaOf(next, rendered, running);
  return delta === undefined || delta.needsReload ? { how: 'reload', delta: undefined } : { how: 'commands', delta };
}

/** Requests that wait in a worker cannot be told a new address once it is leaving. They wait no longer than `holdMs`. */
function isHolding(next: Manifest, now: number): boolean {
  return Object.values(next.routes).some(
    (route) => route.parked.length > 0 && now - route.parkedAt < route.spec.holdMs,
  );
}

const rounds = 3;

/** What HAProxy was told to change, and what it said. */
interface Told {
  readonly delta: Delta;
  readonly said: string;
}

async function tell(host: Host, settings: HaproxySettings, delta: Delta): Promise<Told> {
  return { delta, said: await change(host, settings, delta.commands) };
}

/** HAProxy's answers have no status: what counts is what it shows afterwards. @throws HAPROXY_REFUSED */
async function settle(
  host: Host,
  settings: HaproxySettings,
  to: Compared & { readonly next: Manifest; readonly asked: Asked; readonly told: Told | undefined },
): Promise<void> {
  const { asked, next, running: before } = to;
  const compare = (running: Running) => deltaOf(next, to.rendered, running);
  const look = async (told?: Told) => {
    const narrow = told && narrowTo(told.delta.commands, asked);
    return narrow === undefined || before === undefined
      ? compare(await readRunning(host, settings, { ...asked, servers: true }))
      : compare(await readAgain(host, settings, { before, narrow }));
  };
  let { told } = to;
  if (told?.delta.commands.length === 0) return;
  let delta = await look(told);
  for (let round = told === undefined ? 0 : 1; delta.needsReload || delta.commands.length > 0; round++) {
    if (delta.needsReload || round === rounds) {
      const differs = [...delta.routes, ...[...delta.listeners].map((port) => `listener/${port}`)];
      const said = told?.said ?? '';
      throw fail('HAPROXY_REFUSED', {
        message: 'change the running haproxy',
        actual: `${differs.slice(0, 5).join(', ')} still differ${said === '' ? '' : `; it said: ${said.slice(0, 300)}`}`,
      });
    }
    told = await tell(host, settings, delta);
    delta = await look();
  }
}

/** More than that are asked for all together. */
const mostBackends = 20;

/** What commands change; undefined: so much that it is all looked at again. */
function narrowTo(commands: readonly string[], asked: Asked): Narrow | undefined {
  const named = (pattern: RegExp) => [...new Set(commands.flatMap((command) => pattern.exec(command)?.[1] ?? []))];
  const backends = named(/^set (?:server|weight) (b\d+)\//);
  const certificates = named(/^(?:set|commit) ssl cert (\S+\.pem)/).map(certificateName);
  return backends.length + certificates.length > mostBackends
    ? undefined
    : { backends, asked: { ...asked, certificates } };
}

/** After a failure files and record must describe what serves on, so that a restart brings that back. */
async function putBack(
  host: Host,
  settings: HaproxySettings,
  { copies, sight }: Pick<Task, 'copies' | 'sight'>,
): Promise<void> {
  if (isEmpty(sight.manifest)) return removeFiles(host, settings, sight.manifest);
  const { manifest } = sight;
  const pems = Object.entries(copies).flatMap(([name, copy]) => (copy === undefined ? [] : [[name, copy]]));
  const rendered = { ...sight.rendered, pems: Object.fromEntries(pems) as Rendered['pems'] };
  await writeFiles(host, settings, { rendered, manifest, before: undefined, copies: {}, check: undefined });
}
