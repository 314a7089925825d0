import type {
  Change,
  Desired,
  History,
  Hold,
  Instant,
  LedgerView,
  Observed,
  ObservedResource,
  Plan,
  Refusal,
  Resource,
  SlotKey,
  Unmanaged,
  Wait,
} from '@reconcile/core';
import type { ContainerCare, ContainerSpec, ContainerState } from '@reconcile/core/kinds/container';
import type { JobStories } from '@reconcile/registry';
import type { Seen } from '../look/look.ts';

export type WantedContainer = Resource<ContainerSpec, ContainerCare>;
export type SeenContainer = ObservedResource<ContainerState>;

/** One look, with the indexes that everything told about it needs. Pure: no clock, no I/O. */
export interface Scene {
  readonly desired: Desired;
  readonly observed: Observed;
  readonly plan: Plan;
  readonly history: History;
  readonly ledger: LedgerView;
  /** Runs of jobs, and how far their schedules were gone by. */
  readonly runs: JobStories;
  readonly now: Instant;
  /** Declared containers and jobs, by slot. */
  readonly wanted: ReadonlyMap<SlotKey, Resource>;
  /** Containers of ours that exist, by slot. */
  readonly standing: ReadonlyMap<SlotKey, readonly SeenContainer[]>;
  readonly waits: ReadonlyMap<SlotKey, Wait>;
  readonly holds: ReadonlyMap<SlotKey, Hold>;
  readonly changes: ReadonlyMap<SlotKey, readonly Change[]>;
  /** Keys that nothing here runs. */
  readonly unmanaged: ReadonlyMap<string, Unmanaged>;
}

export function sceneOf(
  seen: Pick<Seen, 'plan' | 'observed' | 'ledger' | 'input'> & Partial<Pick<Seen, 'runs'>>,
): Scene {
  const { ledger, observed, plan, runs = {} } = seen;
  const { desired, history, now } = seen.input;
  const isMain = (kind: string) => kind === 'container' || kind === 'job';
  const wanted = new Map<SlotKey, Resource>();
  for (const resource of Object.values(desired.resources))
    if (isMain(resource.kind)) wanted.set(resource.slot, resource);
  const standing = new Map<SlotKey, SeenContainer[]>();
  for (const resource of Object.values(observed.resources)) {
    if (resource.kind !== 'container' || resource.owner === 'foreign') continue;
    pushTo(standing, resource.slot, resource as unknown as SeenContainer);
  }
  const waits = new Map<SlotKey, Wait>();
  for (const wait of plan.waiting)
    if (isMain(wait.key.slice(0, wait.key.indexOf('/'))) || wait.code === 'PolicyRefused') waits.set(wait.slot, wait);
  const holds = new Map<SlotKey, Hold>();
  for (const hold of plan.held) for (const slot of hold.slots) holds.set(slot, hold);
  const changes = new Map<SlotKey, Change[]>();
  for (const change of plan.changes) if (isMain(change.kind)) pushTo(changes, change.slot, change);
  const unmanaged = new Map(plan.unmanaged.map((item) => [item.key as string, item]));
  return { desired, observed, plan, history, ledger, runs, now, wanted, standing, waits, holds, changes, unmanaged };
}

function pushTo<V>(map: Map<string, V[]>, key: string, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

/** The container that counts for a slot: what serves, else what comes nearest to it. */
export function mainContainer(scene: Scene, slot: SlotKey): SeenContainer | undefined {
  const going = new Set((scene.changes.get(slot) ?? []).flatMap(({ key, type }) => (type === 'remove' ? [key] : [])));
  const rank = ({ health, key, state }: SeenContainer): number =>
    (state.phase === 'running' && state.alive ? 4 : 0) +
    (health === 'healthy' || health === 'none' ? 2 : 0) +
    (going.has(key) ? 0 : 1);
  return [...(scene.standing.get(slot) ?? [])].sort(
    (a, b) => rank(b) - rank(a) || b.state.createdAt - a.state.createdAt || (a.key < b.key ? -1 : 1),
  )[0];
}

/** `notes/web` of a service with one component is `notes` to people. */
export function slotName(scene: Scene, slot: SlotKey): string {
  const [service = slot] = slot.split('/');
  const siblings = new Set<SlotKey>();
  for (const [other, resource] of scene.wanted)
    if (resource.kind === 'container' && isOf(other, service)) siblings.add(other);
  for (const other of scene.standing.keys()) if (isOf(other, service)) siblings.add(other);
  for (const refusal of scene.desired.refusals) if (refusal.service === service) siblings.add(refusal.slot);
  return siblings.size <= 1 && scene.wanted.get(slot)?.kind !== 'job' ? service : slot;
}

/** It stands here and nothing declares it any more; what is declared and refused does not count as that. */
export function isLeaving(scene: Scene, slot: SlotKey): boolean {
  return !scene.wanted.has(slot) && !scene.desired.refusals.some((refusal) => refusal.slot === slot);
}

/** What an edge lacks for a public route of others' containers: nothing that [policy] has a say in. */
const edgeCodes: ReadonlySet<string> = new Set(['NoAddress', 'NoZone', 'RootDiffers', 'RootMissing']);

/** Why the edge route that a row stands for cannot be made; undefined: it stands for something else, or nothing is in the way. */
export function edgeLack({ desired }: Pick<Scene, 'desired'>, slot: SlotKey): Refusal | undefined {
  return desired.refusals.find((refusal) => refusal.slot === slot && edgeCodes.has(refusal.code));
}

/** Is it this service, or a part of it? `mcr/web` is of `mcr` and of `mcr/web`; `mcr/web/1` too. */
export function isOf(slot: SlotKey, name: string): boolean {
  return slot === name || slot.startsWith(`${name}/`);
}
