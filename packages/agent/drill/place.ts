import type { Json } from '@reconcile/core';
import { type ApartPlace, clearApart, environmentApart } from '@reconcile/drivers/podman/apart';
import type { Host } from '@reconcile/host';
import { createHost } from '@reconcile/host/writing';
import type { NodeConfig } from '../config/model.ts';
import { fail } from './errors.ts';

/** Where one drill keeps everything it makes. */
export interface DrillPlace extends ApartPlace {
  readonly id: string;
  /** Holds all of it but `run`. */
  readonly root: string;
  /** The drill's registry and files. */
  readonly state: string;
}

/** Who made a place: alive, it is not to be touched. */
interface Owner {
  readonly pid: number;
  readonly startTicks: number;
  readonly bootId: string;
  /** The place's directory of what runs. */
  readonly run: string;
}

/** The caller's environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

const clearMs = 120_000;

function drillsDir({ stateDir }: Pick<NodeConfig, 'stateDir'>): string {
  return `${stateDir}/drill`;
}

function placeOf(root: string, run: string): DrillPlace {
  return {
    id: root.slice(root.lastIndexOf('/') + 1),
    root,
    run,
    home: `${root}/home`,
    storage: `${root}/storage`,
    temporary: `${root}/tmp`,
    state: `${root}/state`,
  };
}

/** Makes the place of a new drill and writes down whose it is, before anything is made in it. */
export async function makePlace(config: NodeConfig, host: Host): Promise<DrillPlace> {
  const id = host.ids.random().slice(0, 12);
  const place = placeOf(`${drillsDir(config)}/${id}`, `${host.home.runtimeDir}/reconcile/drill-${id}`);
  const owner: Owner = {
    pid: process.pid,
    startTicks: (await host.proc.startTicks(process.pid)) ?? 0,
    bootId: await host.proc.bootId(),
    run: place.run,
  };
  await host.files.makeDir(place.root, { mode: 0o700 });
  await host.files.write(ownerFile(place.root), `${JSON.stringify(owner)}\n`, { mode: 0o600 });
  await host.files.makeDir(place.state, { mode: 0o700 });
  return place;
}

function ownerFile(root: string): string {
  return `${root}/owner.json`;
}

/** What drills that were killed left on this node. @throws DRILL_BUSY where one of them still runs */
export async function deadPlaces(config: NodeConfig, host: Host): Promise<readonly DrillPlace[]> {
  const bootId = await host.proc.bootId();
  const dead: DrillPlace[] = [];
  for (const id of (await host.files.list(drillsDir(config))) ?? []) {
    if (!/^[0-9a-f]{12}$/.test(id)) continue;
    const root = `${drillsDir(config)}/${id}`;
    const owner = await readOwner(host, root);
    if (owner !== undefined && owner.bootId === bootId && (await isAlive(host, owner)))
      throw fail('DRILL_BUSY', {
        message: 'begin a drill',
        key: root,
        wanted: 'no other one on this node',
        actual: `process ${owner.pid} is at one`,
        hint: `wait for it, or look: ps ${owner.pid}`,
      });
    // Killed before it said whose it is: the directory of what runs has the same id.
    dead.push(placeOf(root, owner?.run ?? `${host.home.runtimeDir}/reconcile/drill-${id}`));
  }
  return dead;
}

async function isAlive(host: Host, { pid, startTicks }: Owner): Promise<boolean> {
  return (await host.proc.startTicks(pid)) === startTicks;
}

async function readOwner(host: Host, root: string): Promise<Owner | undefined> {
  const text = await host.files.text(ownerFile(root), { maxBytes: 4096 });
  const found = text === undefined ? undefined : parsed(text);
  if (found === null || typeof found !== 'object' || Array.isArray(found)) return undefined;
  const { bootId, pid, run, startTicks } = found as Readonly<Record<string, Json>>;
  const isWhole = typeof pid === 'number' && typeof startTicks === 'number';
  if (!isWhole || typeof bootId !== 'string' || typeof run !== 'string') return undefined;
  return { pid, startTicks, bootId, run };
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** This machine with the environment of the podman in that place. */
export async function hostInside(host: Host, env: Environment, place: DrillPlace): Promise<Host> {
  return createHost({ env: await environmentApart(host, { env, place }) });
}

/** Removes everything of one drill, whatever became of it; has a time of its own, since it is for after a Ctrl-C too. @throws DRILL_LEFT */
export async function clearPlace(host: Host, env: Environment, place: DrillPlace): Promise<void> {
  const inside = await hostInside(host, env, place);
  const signal = AbortSignal.timeout(clearMs);
  const left = [...(await clearApart({ host, inside, place, signal }))];
  // Last of all: as long as anything is left, the next drill finds the place.
  if (left.length === 0) await host.files.removeTree(place.root);
  const drills = place.root.slice(0, place.root.lastIndexOf('/'));
  if ((await host.files.isEmpty(drills)) === true) await host.files.remove(drills);
  if (left.length === 0 && (await host.files.stat(place.root)) === undefined) return;
  throw fail('DRILL_LEFT', {
    message: `remove what drill ${place.id} made`,
    key: place.root,
    actual: `left: ${left.length === 0 ? place.root : left.join(', ')}`,
    hint: 'reconcile recover --drill clears it first',
  });
}
