import type { Comparison } from '../model/contract.ts';
import type { ObservedResource } from '../model/observed.ts';
import type { Resource } from '../model/resource.ts';
import { setBlind } from './blind.ts';
import { type Draft, decide, draft, waitFor } from './draft.ts';
import { isRefused } from './effective.ts';
import type { World } from './world.ts';

const preference: Readonly<Record<Comparison['verdict'], number>> = {
  same: 0,
  update: 1,
  blocked: 2,
  rebuild: 3,
  replace: 4,
  make: 5,
};

/**
 * Replaceable kinds (containers): each slot is bound to the observed resource that is what is wanted, whatever a fresh
 * hash would say, or to a new key; everything else in the slot retires behind it.
 */
export function bindSlots(world: World): void {
  for (const slot of world.slots) {
    const want = world.wanted.get(slot);
    const seen = byKey(world.seenBySlot.get(slot) ?? []);
    if (want !== undefined && setBlind(world, want)) continue;
    if (want === undefined) for (const one of seen) retire(world, one, undefined);
    else if (want.active === false) keepStopped(world, want, seen);
    else bind(world, want, seen);
  }
}

function byKey(seen: readonly ObservedResource[]): readonly ObservedResource[] {
  return seen.length < 2 ? seen : [...seen].sort((a, b) => (a.key < b.key ? -1 : 1));
}

function bind(world: World, want: Resource, seen: readonly ObservedResource[]): void {
  const def = world.kinds.get(want.kind);
  if (def === undefined) return;
  const judged = seen.map((one) => ({ one, verdict: def.compare(want, one, world.view) }));
  judged.sort(
    (a, b) =>
      preference[a.verdict.verdict] - preference[b.verdict.verdict] ||
      Number(b.one.key === want.key) - Number(a.one.key === want.key) ||
      (a.one.key < b.one.key ? -1 : 1),
  );
  const best = judged[0];
  const usable = best !== undefined && best.verdict.verdict !== 'replace' ? best : undefined;
  const target = draft(def, want, usable?.one.key);
  target.desired = want;
  if (usable !== undefined) {
    target.observed = usable.one;
    decide(target, usable.verdict);
  } else {
    decide(target, { verdict: 'make' });
    const clash = world.input.observed.resources[want.key];
    if (clash !== undefined && clash.owner === 'foreign') {
      const name = want.key.slice(want.key.indexOf('/') + 1);
      target.wait = waitFor(target, {
        code: 'NameConflict',
        on: name,
        message: `another container, not ours, has the name ${name}; to have it let go: podman rm ${name}`,
      });
    } else if (clash !== undefined) {
      target.observed = clash;
      target.type = 'rebuild';
    }
    const cause = judged.find(({ one }) => one.key !== target.key)?.verdict;
    if (cause?.verdict === 'replace') {
      target.fields = cause.fields;
      target.reason = { code: 'Changed', fields: cause.fields.map((field) => field.field) };
    }
  }
  world.drafts.set(target.key, target);
  world.bound.set(want.slot, target);
  for (const { one } of judged) if (one.key !== target.key) retire(world, one, target);
}

/** `active = false`: the best one there is stays, stopped; nothing is made. */
function keepStopped(world: World, want: Resource, seen: readonly ObservedResource[]): void {
  const def = world.kinds.get(want.kind);
  if (def === undefined) return;
  const best = seen.find((one) => one.key === want.key) ?? seen.find((one) => def.holds?.(one) ?? true) ?? seen[0];
  if (best === undefined) return;
  const target = draft(def, best);
  target.desired = want;
  target.observed = best;
  target.type = (def.holds?.(best) ?? true) ? 'stop' : 'same';
  target.reason = { code: 'Inactive' };
  world.drafts.set(target.key, target);
  world.bound.set(want.slot, target);
  for (const one of seen) if (one.key !== best.key) retire(world, one, target);
}

/** While any kind could not be read, nothing is removed: we would not know who still uses it. */
function isBlind(world: World): boolean {
  return Object.keys(world.input.observed.blind).length > 0;
}

/** The policy of this node refuses the definition: what runs stays as it is, with all that leads to it. */
function isSpared(world: World, seen: ObservedResource): boolean {
  const { desired } = world.input;
  if (desired.refusals.length === 0) return false;
  if (isRefused(desired, seen.slot)) return true;
  const refused = new Set(desired.refusals.map((refusal) => refusal.service));
  return seen.services.length > 0 && seen.services.every((service) => refused.has(service));
}

export function retire(world: World, seen: ObservedResource, successor: Draft | undefined): void {
  const def = world.kinds.get(seen.kind);
  if (def === undefined || !def.retires) return;
  const target = draft(def, seen);
  target.observed = seen;
  target.type = 'retire';
  target.successor = successor?.key;
  target.reason = successor === undefined ? { code: 'Undeclared' } : { code: 'Replaced' };
  target.kept = isBlind(world) || (successor === undefined && isSpared(world, seen));
  world.drafts.set(target.key, target);
}
