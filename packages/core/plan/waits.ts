import type { Attempt } from '../model/history.ts';
import type { Instant } from '../model/json.ts';
import type { Action, WaitCode } from '../model/plan.ts';
import type { Claims } from './claims.ts';
import { type Draft, decide, leaves, standsReady, starts, waitFor } from './draft.ts';
import type { Stages } from './stages.ts';
import type { Users } from './users.ts';
import type { World } from './world.ts';

/** Delay after the n-th failure in a row: 1 s, doubling, at most a minute. */
export function backoffMs(failures: number): number {
  return failures <= 0 ? 0 : Math.min(60_000, 1000 * 2 ** Math.min(16, failures - 1));
}

/**
 * What failures of an action are counted under: a container on its way in by its slot, so that the next version starts
 * with the same patience; everything else, leaving included, by its key.
 */
export function attemptKey(action: Pick<Action, 'kind' | 'verb' | 'key' | 'slot'>): string {
  const coming =
    action.verb === 'create' ||
    action.verb === 'start' ||
    action.verb === 'await' ||
    action.verb === 'alias' ||
    action.verb === 'snapshot' ||
    action.verb === 'restore';
  return action.kind === 'container' && coming ? action.slot : action.key;
}

/** When an attempt may be repeated. */
export function retryAt(attempt: Attempt): Instant {
  return attempt.lastAt + backoffMs(attempt.failures);
}

interface Why {
  readonly code: WaitCode;
  readonly on: string;
  readonly message: string;
  readonly until?: Instant;
}

/** What the closure looks things up in; made anew whenever drafts were. */
export interface Lookups {
  readonly claims: Claims;
  readonly stages: Stages;
  readonly users: Users;
}

/**
 * Closes waiting to a fixed point: who waits keeps its predecessor and all that one uses, and whatever needs what was
 * kept waits too. Returns true when a slot's binding changed, so that what refers to it has to be compared anew.
 */
export function closeWaits(world: World, lookups: Lookups): boolean {
  const all = [...world.drafts.values()]
    .filter((target) => target.wait !== undefined || starts(target) || leaves(target))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  let rebound = false;
  for (const target of all) if (fallBack(world, target)) rebound = true;
  for (let changed = true; changed; ) {
    changed = false;
    for (const target of all) {
      if (starts(target)) {
        const why = reasonToWait(world, target, lookups);
        if (why !== undefined) {
          target.wait = waitFor(target, why);
          changed = true;
        }
      } else if (leaves(target) && mustStay(world, target, lookups.users)) {
        target.kept = true;
        changed = true;
      }
      if (fallBack(world, target)) {
        rebound = true;
        changed = true;
      }
    }
  }
  return rebound;
}

function reasonToWait(world: World, target: Draft, lookups: Lookups): Why | undefined {
  return (
    unsupported(world, target) ??
    backingOff(world, target) ??
    missingReference(world, target) ??
    lookups.claims.conflict(target) ??
    lookups.stages.barrier(target)
  );
}

function unsupported(world: World, target: Draft): Why | undefined {
  if (world.input.served.includes(target.kind)) return undefined;
  return { code: 'NotSupported', on: target.key, message: `nothing on this node runs kind ${target.kind}` };
}

function backingOff(world: World, target: Draft): Why | undefined {
  const { attempts } = world.input.history;
  const attempt = attempts[target.def.mutable ? target.key : target.slot] ?? attempts[target.key];
  if (attempt === undefined || (!target.def.mutable && isOfAnother(attempt, target))) return undefined;
  const until = retryAt(attempt);
  if (until <= world.input.now) return undefined;
  const times = attempt.failures === 1 ? 'failed' : `failed ${attempt.failures} times`;
  return { code: 'BackingOff', on: target.key, message: `${times}: ${attempt.message}`, until };
}

/** A corrected definition is tried at once. */
function isOfAnother(attempt: Attempt, target: Draft): boolean {
  return attempt.of.startsWith('container/') && attempt.of !== target.key;
}

/** A reference that is itself waiting and whose present state is not good enough, or that is not there at all. */
function missingReference(world: World, target: Draft): Why | undefined {
  const repair = target.type === 'update' && world.input.history.slots[target.slot]?.readySinceBoot === true;
  for (const ref of target.references) {
    if ('slot' in ref && repair && !target.def.mutable) continue;
    for (const other of world.follow(ref)) {
      if (other.wait === undefined || other === target || standsReady(other)) continue;
      const name = 'slot' in ref ? ref.slot : ref.key;
      const { message, until } = other.wait;
      return {
        code: 'Reference',
        on: name,
        message: `needs ${name}: ${message}`,
        ...(until === undefined ? {} : { until }),
      };
    }
  }
  return undefined;
}

/**
 * A waiting replacement keeps what runs now. If its predecessor was already stopped (an interrupted stop-first), that one
 * is started again, with the spec it was known to be good with. Done once: afterwards the slot is bound to what was kept.
 */
function fallBack(world: World, target: Draft): boolean {
  if (target.wait === undefined || target.def.mutable || world.bound.get(target.slot) !== target) return false;
  if (target.type !== 'make' && up(target)) return false;
  const before = (world.seenBySlot.get(target.slot) ?? [])
    .flatMap((seen) => world.drafts.get(seen.key) ?? [])
    .filter((d) => !isKnownBad(world, d));
  const good = world.input.history.slots[target.slot]?.lastGood?.resource;
  const keep =
    before.find((d) => d.key === good?.key && up(d)) ??
    before.find((d) => up(d) && d.observed?.health === 'healthy') ??
    before.find((d) => d.key === good?.key) ??
    before.find(up);
  if (keep === undefined || keep.type !== 'retire' || keep.observed === undefined) return false;
  keep.kept = true;
  keep.successor = undefined;
  keep.references = keep.observed.references;
  for (const other of before) if (other !== keep) other.successor = keep.key;
  world.bound.set(target.slot, keep);
  keep.desired =
    good?.key === keep.key
      ? good
      : ({ ...target.desired, key: keep.key, spec: keep.observed.spec ?? {} } as Draft['desired']);
  if (good?.key === keep.key) {
    const verdict = keep.def.compare(good, keep.observed, world.view);
    if (verdict.verdict === 'update' && verdict.how === 'start') {
      keep.kept = false;
      decide(keep, verdict);
      keep.reason = { code: 'RolledBack', text: `its successor waits: ${target.wait.message}` };
    }
  }
  return true;
}

/** There and running: an interrupted replacement may be there without ever having run. */
function up({ observed, def }: Draft): boolean {
  return observed !== undefined && (def.holds?.(observed) ?? true);
}

/** Its successor waits and is not ready: the old one goes only after the new one is. */
function isAwaited(world: World, target: Draft): boolean {
  const successor = target.successor === undefined ? undefined : world.drafts.get(target.successor);
  return (
    target.type === 'retire' && successor?.wait !== undefined && !standsReady(successor) && !isKnownBad(world, target)
  );
}

/** Nobody is kept up by a version that failed: it serves nothing, and may hold what a good one needs. */
function isKnownBad({ input }: World, { slot, observed }: Draft): boolean {
  const bad = input.history.slots[slot]?.knownBad ?? [];
  return bad.some(({ specHash }) => specHash === observed?.specHash);
}

/** Somebody who stays as it is still uses this one, or it has to stand in for who comes after it. */
function mustStay(world: World, target: Draft, users: Users): boolean {
  const owner = world.ownerOf(target.key, target.def);
  if (owner !== undefined) {
    const holder = world.drafts.get(owner);
    return holder !== undefined && (holder.type !== 'retire' || holder.kept);
  }
  if (isAwaited(world, target)) return true;
  if (users.byKey(target).some((user) => user.kept || stands(user))) return true;
  return users.bySlot(target).some((user) => user.kept || (user.wait !== undefined && user.observed !== undefined));
}

/** Something that cannot move off by itself and is not leaving. */
function stands(user: Draft): boolean {
  if (user.wait !== undefined && user.observed !== undefined) return true;
  return !user.def.mutable && (user.type === 'same' || user.type === 'update' || user.type === 'stop');
}
