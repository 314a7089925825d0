import type { Json } from '@reconcile/core';
import type { ApartPlace } from '@reconcile/drivers/podman/apart';
import type { ReadHost } from '@reconcile/host';
import type { NodeConfig } from '../config/model.ts';

/** Where one drill keeps everything it makes. */
export interface DrillPlace extends ApartPlace {
  readonly id: string;
  /** Holds all of it but `run`. */
  readonly root: string;
  /** The drill's registry and files. */
  readonly state: string;
}

/** Who made a place: alive, it is not to be touched. */
export interface Owner {
  readonly pid: number;
  readonly startTicks: number;
  readonly bootId: string;
  /** The place's directory of what runs. */
  readonly run: string;
}

/** One that is there. */
export interface FoundPlace {
  readonly place: DrillPlace;
  /** Of the drill that runs in it; absent: it was killed. */
  readonly pid?: number;
}

export function drillsDir({ stateDir }: Pick<NodeConfig, 'stateDir'>): string {
  return `${stateDir}/drill`;
}

export function placeOf(root: string, run: string): DrillPlace {
  return {
    id: idOf(root),
    root,
    run,
    home: `${root}/home`,
    storage: `${root}/storage`,
    temporary: `${root}/tmp`,
    state: `${root}/state`,
  };
}

/** What runs has a directory of its own: a path to a socket has little room. */
export function runOf(runtimeDir: string, id: string): string {
  return `${runtimeDir}/reconcile/drill-${id}`;
}

export function ownerFile(root: string): string {
  return `${root}/owner.json`;
}

function idOf(root: string): string {
  return root.slice(root.lastIndexOf('/') + 1);
}

/** Every place that there is, of drills that run and of those that were killed. */
export async function drillPlaces(
  config: Pick<NodeConfig, 'stateDir'>,
  host: ReadHost,
): Promise<readonly FoundPlace[]> {
  const ids = ((await host.files.list(drillsDir(config))) ?? []).filter((name) => /^[0-9a-f]{12}$/.test(name));
  if (ids.length === 0) return [];
  const bootId = await host.proc.bootId();
  const found: FoundPlace[] = [];
  for (const id of ids) {
    const root = `${drillsDir(config)}/${id}`;
    const owner = await readOwner(host, root);
    // Killed before it said whose it is: the directory of what runs has the same id.
    const place = placeOf(root, owner?.run ?? runOf(host.home.runtimeDir, id));
    const isAlive = owner !== undefined && owner.bootId === bootId && (await runs(host, owner));
    found.push({ place, ...(isAlive ? { pid: owner.pid } : {}) });
  }
  return found;
}

async function runs(host: ReadHost, { pid, startTicks }: Owner): Promise<boolean> {
  return (await host.proc.startTicks(pid)) === startTicks;
}

async function readOwner(host: ReadHost, root: string): Promise<Owner | undefined> {
  const text = await host.files.text(ownerFile(root), { maxBytes: 4096 });
  const found = text === undefined ? undefined : parsed(text);
  if (found === null || typeof found !== 'object' || Array.isArray(found)) return undefined;
  const { bootId, pid, run, startTicks } = found as Readonly<Record<string, Json>>;
  const isWhole = typeof pid === 'number' && typeof startTicks === 'number';
  if (!isWhole || typeof bootId !== 'string' || typeof run !== 'string') return undefined;
  // It is removed with everything below: a damaged file names no directory of others.
  if (!run.startsWith('/') || run.includes('/../') || !run.endsWith(runOf('', idOf(root)))) return undefined;
  return { pid, startTicks, bootId, run };
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
