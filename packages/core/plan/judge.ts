import type { Comparison, PlanInput } from '../model/contract.ts';
import type { Json } from '../model/json.ts';
import type { ResourceKey, SlotKey } from '../model/resource.ts';
import { bindSlots } from './bind.ts';
import { addParts } from './classify.ts';
import { type Draft, turnOf } from './draft.ts';
import { effective } from './effective.ts';
import { setAsideUnmanaged } from './unmanaged.ts';
import { World } from './world.ts';

/** What comparing one container of a slot with what it should be came to. */
export interface Judgement {
  readonly key: ResourceKey;
  readonly comparison: Comparison;
}

/**
 * The planner's own comparison of a slot, waits and all, for people who ask why: a plan says only what is done about it.
 * Against the version that counts, which is the last good one where the declared one is known to be bad.
 */
export function judge(input: PlanInput, slot: SlotKey): Judgement[] {
  const world = boundWorld(input);
  const target = world.bound.get(slot);
  const { desired, def } = target ?? {};
  if (desired === undefined || def === undefined) return [];
  return (world.seenBySlot.get(slot) ?? []).map((seen) => ({
    key: seen.key,
    comparison: def.compare(desired, seen, world.view),
  }));
}

/** What would be made anew for one slot. */
export interface Making {
  readonly key: ResourceKey;
  readonly slot: SlotKey;
  /** Arguments of its `create`. */
  readonly args: Json;
  readonly care: Json | undefined;
}

/**
 * For every slot that something fills, the making of it, whether it is there already or not: under the name and with the
 * ports that it has, or would have. Of a slot that is switched off nothing.
 */
export function makings(input: PlanInput): Making[] {
  const world = boundWorld(input);
  return [...world.bound.values()].flatMap((target): Making[] => {
    const made = target.desired?.active === false ? undefined : makeStep(target, world);
    return made === undefined ? [] : [{ key: target.key, slot: target.slot, args: made, care: target.desired?.care }];
  });
}

function makeStep(target: Draft, world: World): Json | undefined {
  if (target.desired === undefined) return undefined;
  const steps = target.def.steps({ ...turnOf(target), type: 'make', fields: [] }, world.view);
  return steps.find((step) => step.verb === 'create')?.args;
}

/** As far as a plan knows what fills each slot. */
function boundWorld(input: PlanInput): World {
  const kinds = new Map(input.kinds.map((kind) => [kind.kind, kind]));
  const world = new World(input, kinds, Object.values(effective(input, kinds).resources));
  setAsideUnmanaged(world);
  bindSlots(world);
  addParts(world);
  return world;
}
