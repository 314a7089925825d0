import type { Instant } from '../model/json.ts';
import type { Change, ChangeType } from '../model/plan.ts';
import type { Kind, SlotKey } from '../model/resource.ts';
import type { Draft } from './draft.ts';
import type { Node } from './link.ts';
import { stopsFirst } from './rollout.ts';
import type { World } from './world.ts';

/** Time a container usually takes from start to ready, when nothing was measured yet. */
const usualReadyMs = 5_000;
/** Draining, stopping and making around it; and a parked request looks again once a second. */
const usualStopMs = 2_000;
const aroundStopMs = 1_500;

/** What changes, for people: one entry per draft that has actions, from the same decisions as the actions. */
export function summarize(world: World, nodes: readonly Node[]): Change[] {
  const changes: Change[] = [];
  const acting = new Map<Draft, Node>();
  const saving = new Map<Draft, readonly string[]>();
  for (const node of nodes) {
    if (!acting.has(node.draft)) acting.set(node.draft, node);
    if (node.step.verb === 'snapshot') saving.set(node.draft, (node.step.args as { sources: string[] }).sources);
  }
  if (acting.size === 0) return changes;
  const homes = homesOf(world);
  const parked = new Set<string>();
  for (const target of world.drafts.values()) for (const slot of target.parking) parked.add(slot);
  for (const target of acting.keys()) {
    // A route that only parks and comes back is told by the change it parks for.
    if (target.type === 'same') continue;
    if (target.successor !== undefined && world.drafts.get(target.successor)?.wait === undefined) continue;
    const readyMs = world.input.history.slots[target.slot]?.typicalReadyMs ?? usualReadyMs;
    const stage = stageOf(world, target);
    const isBuilt = acting.get(target)?.step.verb === 'build';
    changes.push(
      changeOf(target, {
        readyMs,
        parked: parked.has(target.slot),
        stage,
        isBuilt,
        saves: saving.get(target),
        of: homes(target),
      }),
    );
  }
  return changes.sort((a, b) => (a.stage ?? 1e3) - (b.stage ?? 1e3) || (a.key < b.key ? -1 : 1));
}

/** Where people look for it: in its own stage, else with the first of its services. */
export function stageOf(world: World, target: Draft): number | undefined {
  if (target.desired?.stage !== undefined) return target.desired.stage;
  const { services } = world.input.desired;
  const stages = target.services.flatMap((name) => services[name]?.stage ?? []);
  return stages.length === 0 ? undefined : Math.min(...stages);
}

/** A route belongs to the slot it leads to, an image or volume to the first container that needs it. */
function homesOf(world: World): (target: Draft) => SlotKey | undefined {
  const needed = new Map<string, SlotKey>();
  const bound = [...world.bound.values()].sort((a, b) => (a.slot < b.slot ? -1 : 1));
  for (const { references, slot } of bound) {
    for (const ref of references) if ('key' in ref && !needed.has(ref.key)) needed.set(ref.key, slot);
  }
  return (target) => {
    if (!target.def.mutable) return undefined;
    const leads = target.references.find((ref) => 'slot' in ref);
    return leads !== undefined && 'slot' in leads ? leads.slot : needed.get(target.key);
  };
}

interface Known {
  readonly readyMs: number;
  readonly parked: boolean;
  readonly stage: number | undefined;
  readonly isBuilt: boolean;
  readonly saves: readonly string[] | undefined;
  readonly of: SlotKey | undefined;
}

function changeOf(target: Draft, known: Known): Change {
  const stop = stopsFirst(target) || target.rollout === 'stop-first';
  const replaced = target.rollout !== undefined;
  const type = typeOf(target, replaced);
  return {
    key: target.key,
    slot: target.slot,
    kind: target.kind,
    services: target.services,
    type,
    fields: target.fields,
    reason: target.reason,
    ...(known.stage === undefined ? {} : { stage: known.stage }),
    ...(replaced ? { strategy: { mode: target.rollout ?? 'start-first', why: target.rolloutWhy } } : {}),
    ...(type === 'rebuild'
      ? { strategy: { mode: 'stop-first' as const, why: 'the same container is made anew' } }
      : {}),
    ...(replaced || stop
      ? { downtimeMs: stop ? aroundStopMs + usualStopMs + known.readyMs : 0, parked: known.parked }
      : {}),
    ...(known.of === undefined ? {} : { of: known.of }),
    ...(known.isBuilt ? { isBuilt: true } : {}),
    ...(target.kind === 'image' && target.type !== 'retire' && target.how !== 'tag' && !known.isBuilt
      ? { pullBytes: null }
      : {}),
    ...(known.saves === undefined ? {} : { saves: known.saves }),
    ...(type === 'remove' ? { keeps: kept(target) } : {}),
  };
}

function typeOf(target: Draft, replaced: boolean): ChangeType {
  switch (target.type) {
    case 'make':
      return target.kind === 'job' ? 'run' : replaced || target.reason.code === 'Changed' ? 'replace' : 'create';
    case 'rebuild':
      return 'rebuild';
    case 'retire':
      return 'remove';
    case 'stop':
      return 'stop';
    case 'update':
      if (target.kind === 'job') return 'run';
      if (target.def.mutable) return 'update';
      return target.how === 'restart' ? 'restart' : 'repair';
    case 'same':
      return 'update';
  }
}

function kept(target: Draft): string[] {
  return (target.observed?.claims ?? []).filter((claim) => claim.kind === 'volume').map((claim) => claim.value);
}

/** How many of each kind are desired here, for the one line of the converged case. */
export function countKinds(world: World): Record<Kind, number> {
  const active = Object.values(world.input.desired.services).filter((service) => service.active).length;
  const counts: Record<Kind, number> = { service: active };
  for (const resource of world.resources.values()) {
    if (resource.active === false) continue;
    counts[resource.kind] = (counts[resource.kind] ?? 0) + 1;
  }
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The earliest moment at which planning again makes sense. */
export function earliest(moments: readonly (Instant | undefined)[]): Instant | undefined {
  let first: Instant | undefined;
  for (const at of moments) if (at !== undefined && (first === undefined || at < first)) first = at;
  return first;
}

/** When things that are all right now fall due. */
export function nextLooks(world: World): (Instant | undefined)[] {
  const looks: (Instant | undefined)[] = [];
  for (const { asks, def, desired, observed, type } of world.drafts.values()) {
    if (def.wakeAt === undefined || type !== 'same' || asks !== undefined) continue;
    if (desired !== undefined && observed !== undefined) looks.push(def.wakeAt(desired, observed));
  }
  return looks;
}
