import type { KindDefinition, PlanInput } from '../model/contract.ts';
import { digest } from '../model/digest.ts';
import type { History, KnownBad, LastGood, SlotHistory } from '../model/history.ts';
import type { Hold } from '../model/plan.ts';
import type { Desired, Reference, Resource, ResourceKey, SlotKey } from '../model/resource.ts';
import { pinOf } from './world.ts';

export interface Effective {
  readonly resources: Readonly<Record<ResourceKey, Resource>>;
  readonly held: Hold[];
  readonly rolledBack: { slot: string; reason: string }[];
}

/**
 * First of all: a slot whose desired version is known to be bad takes its last good one instead, so that the good version
 * is repaired like anything else (specs/0005-effective-desired.md). Without a good one the desired stays: there is
 * nothing to go back to.
 */
export function effective(input: PlanInput, kinds: ReadonlyMap<string, KindDefinition>): Effective {
  const { desired, history } = input;
  const doubtful = suspects(desired, history);
  if (doubtful.length === 0) return { resources: desired.resources, held: [], rolledBack: [] };
  const resources: Record<ResourceKey, Resource> = { ...desired.resources };
  const held: Hold[] = [];
  const rolledBack: { slot: string; reason: string }[] = [];
  for (const [name, slot] of doubtful) {
    const good = slot.lastGood;
    if (good === undefined) continue;
    if (isRefused(desired, name)) {
      stand(resources, good, { ...good.resource, references: ownReferences(good.resource) });
      continue;
    }
    const resource = Object.values(desired.resources).find(
      (r) => r.slot === name && kinds.get(r.kind)?.mutable === false,
    );
    const def = resource === undefined ? undefined : kinds.get(resource.kind);
    if (resource === undefined || def === undefined || good.resource.specHash === resource.specHash) continue;
    const bad = findBad(slot.knownBad, resource, def, input);
    if (bad === undefined) continue;
    delete resources[resource.key];
    stand(resources, good, {
      ...good.resource,
      references: [...ownReferences(good.resource), ...resource.references.filter((ref) => 'slot' in ref)],
      ...(resource.stage === undefined ? {} : { stage: resource.stage }),
      ...(resource.active === undefined ? {} : { active: resource.active }),
    });
    held.push({
      id: `h${digest(`${resource.key} ${bad.imageId}`).slice(0, 6)}`,
      code: 'KnownBad',
      keys: [resource.key],
      slots: [resource.slot],
      services: resource.services,
      message: bad.reason,
      data: [],
      confirmable: false,
    });
    rolledBack.push({ slot: resource.slot, reason: bad.reason });
  }
  return { resources, held, rolledBack };
}

/** Slots whose desired version may not be what runs: one is known to be bad, or this node's policy refuses it. */
export function suspects(desired: Desired, history: History): [SlotKey, SlotHistory][] {
  const found: [SlotKey, SlotHistory][] = [];
  const refuses = desired.refusals.length > 0;
  for (const [name, slot] of Object.entries(history.slots)) {
    if (slot.knownBad.length > 0 || (refuses && isRefused(desired, name))) found.push([name, slot]);
  }
  // Two good versions may need one resource in two forms; which one counts must not hang on who was written down first.
  return found.sort(([a], [b]) => (a < b ? -1 : 1));
}

/** A refusal names a component; its replicas are meant too. */
export function isRefused(desired: Desired, slot: SlotKey): boolean {
  return desired.refusals.some((refusal) => slot === refusal.slot || slot.startsWith(`${refusal.slot}/`));
}

function stand(resources: Record<ResourceKey, Resource>, good: LastGood, as: Resource): void {
  resources[as.key] = as;
  for (const needed of good.needs) resources[needed.key] ??= needed;
}

/**
 * What the good version needs is its own; whom it starts after is today's business: stages were checked against that,
 * and yesterday's order could close a circle. Jobs belong to the version that failed.
 */
function ownReferences(good: Resource): Reference[] {
  return good.references.filter((ref) => 'key' in ref && !ref.key.startsWith('job/'));
}

function findBad(
  bad: readonly KnownBad[],
  resource: Resource,
  def: KindDefinition,
  input: PlanInput,
): KnownBad | undefined {
  const ref = def.image?.(resource.spec);
  const imageId = ref === undefined ? undefined : pinOf(input, ref)?.imageId;
  return bad.find(
    (entry) =>
      entry.specHash === resource.specHash &&
      (imageId === undefined || entry.imageId === '' || entry.imageId === imageId),
  );
}
