import { clashes, parsePortClaim } from '../model/claim.ts';
import type { WaitCode } from '../model/plan.ts';
import type { Claim } from '../model/resource.ts';
import { type Draft, leaves, starts } from './draft.ts';
import { isProven } from './proven.ts';
import type { World } from './world.ts';

interface Held {
  readonly by: Draft;
  readonly claim: Claim;
}

/** A slot claim of this value clashes with any running predecessor: `strategy = "stop-first"`. */
export const anyPredecessor = '*';

/** Who holds what now, who wants what next; found by port number, so that a thousand services stay linear. */
export class Claims {
  readonly #world: World;
  /** Built when first asked: a quiet node never asks. */
  #index: { held: Map<string, Held[]>; wanted: Map<string, Held[]> } | undefined;

  constructor(world: World) {
    this.#world = world;
  }

  get #claims() {
    if (this.#index !== undefined) return this.#index;
    const held = new Map<string, Held[]>();
    const wanted = new Map<string, Held[]>();
    for (const target of this.#world.drafts.values()) {
      if (target.observed !== undefined && (target.def.holds?.(target.observed) ?? true)) {
        for (const claim of target.observed.claims) add(held, claim, { by: target, claim });
      }
      for (const claim of target.desired?.claims ?? []) add(wanted, claim, { by: target, claim });
    }
    this.#index = { held, wanted };
    return this.#index;
  }

  /** Why what this draft wants cannot be had in this plan. */
  conflict(target: Draft): { code: WaitCode; on: string; message: string } | undefined {
    for (const claim of target.desired?.claims ?? []) {
      if (claim.scope !== 'node') continue;
      if (target.def.partOf !== undefined) continue;
      if (this.#world.view.isTaken(claim) && !this.#ownHolds(target, claim)) {
        const name = portName(claim);
        return {
          code: 'ClaimConflict',
          on: name,
          message: `port ${name} is already listened on by something that is not ours; see by what: ss -ltunp`,
        };
      }
      const other = find(
        this.#claims.held,
        claim,
        (held) => held.by !== target && !leaves(held.by) && held.by.type !== 'rebuild',
      );
      if (other !== undefined) return conflictWith(claim, other.by);
      const rival = find(
        this.#claims.wanted,
        claim,
        (held) => held.by !== target && starts(held.by) && this.#before(held.by, target),
      );
      if (rival !== undefined) return conflictWith(claim, rival.by);
    }
    return undefined;
  }

  /** Others that stay and hold what this draft wants. */
  holders(target: Draft): readonly Draft[] {
    const found = new Set<Draft>();
    for (const claim of target.desired?.claims ?? []) {
      if (claim.scope !== 'node') continue;
      each(this.#claims.held, claim, ({ by }) => {
        if (by !== target && !leaves(by)) found.add(by);
      });
    }
    return [...found];
  }

  #ownHolds(target: Draft, claim: Claim): boolean {
    return (
      target.observed?.claims.some((own) => clashes(own, claim)) === true &&
      (target.def.holds?.(target.observed) ?? true)
    );
  }

  /** Of two that want one thing, the one that was good with it goes first, then the one that is there, then by name. */
  #before(a: Draft, b: Draft): boolean {
    const rank = (d: Draft) => (isProven(this.#world, d) ? 0 : 2) + (d.observed === undefined ? 1 : 0);
    return rank(a) < rank(b) || (rank(a) === rank(b) && a.key < b.key);
  }

  /**
   * Edge rule 4: whoever leaves and holds what a maker needs is stopped first (phase release). If that is the maker's own
   * predecessor, this is a stop-first replacement.
   */
  release(target: Draft): void {
    for (const claim of target.desired?.claims ?? []) {
      if (claim.scope === 'node') {
        each(this.#claims.held, claim, (held) => {
          if (held.by !== target && leaves(held.by)) free(held.by, target, claimWhy(claim));
        });
      }
    }
    if (target.type !== 'make' && target.type !== 'update') return;
    for (const other of this.#predecessors(target)) {
      const why = slotClash(target, other);
      if (why !== undefined) free(other, target, why);
    }
  }

  #predecessors(target: Draft): Draft[] {
    const before: Draft[] = [];
    for (const seen of this.#world.seenBySlot.get(target.slot) ?? []) {
      const other = this.#world.drafts.get(seen.key);
      if (other !== undefined && other !== target && leaves(other)) before.push(other);
    }
    return before;
  }
}

function slotClash(target: Draft, other: Draft): string | undefined {
  if (other.observed === undefined || !(other.def.holds?.(other.observed) ?? true)) return undefined;
  for (const claim of target.desired?.claims ?? []) {
    if (claim.scope !== 'slot') continue;
    if (claim.value === anyPredecessor) return 'strategy = "stop-first"';
    if (other.observed.claims.some((held) => clashes(held, claim))) return `volume ${claim.value} has one writer`;
  }
  return undefined;
}

function free(holder: Draft, maker: Draft, why: string): void {
  holder.released = true;
  if (!holder.releasedFor.includes(maker.key)) holder.releasedFor.push(maker.key);
  if (holder.successor === maker.key && maker.rollout !== 'stop-first') {
    maker.rollout = 'stop-first';
    maker.rolloutWhy = why;
  }
}

function conflictWith(claim: Claim, other: Draft): { code: WaitCode; on: string; message: string } {
  const name = claim.kind === 'port' ? `port ${portName(claim)}` : claim.value;
  return {
    code: 'ClaimConflict',
    on: other.slot,
    message: `${name} is held by ${other.slot}; change one of them in a commit of its own`,
  };
}

function claimWhy(claim: Claim): string {
  return claim.kind === 'port' ? `fixed port ${portName(claim)}` : claim.value;
}

function portName(claim: Claim): string {
  const port = parsePortClaim(claim.value);
  if (port === undefined) return claim.value;
  const ip = port.ip === '' ? '*' : port.ip.includes(':') ? `[${port.ip}]` : port.ip;
  return `${ip}:${port.first === port.last ? port.first : `${port.first}-${port.last}`}/${port.protocol}`;
}

function bucketOf(claim: Claim): string {
  if (claim.kind !== 'port') return `${claim.kind}:${claim.value}`;
  const port = parsePortClaim(claim.value);
  return port === undefined || port.first !== port.last ? 'port:range' : `port:${port.first}`;
}

function add(index: Map<string, Held[]>, claim: Claim, held: Held): void {
  const bucket = bucketOf(claim);
  const list = index.get(bucket);
  if (list === undefined) index.set(bucket, [held]);
  else list.push(held);
}

function each(index: Map<string, Held[]>, claim: Claim, visit: (held: Held) => void): void {
  const bucket = bucketOf(claim);
  const lists =
    bucket === 'port:range'
      ? [...index].filter(([name]) => name.startsWith('port:')).map(([, list]) => list)
      : [index.get(bucket) ?? [], claim.kind === 'port' ? (index.get('port:range') ?? []) : []];
  for (const list of lists) for (const held of list) if (clashes(held.claim, claim)) visit(held);
}

function find(index: Map<string, Held[]>, claim: Claim, fits: (held: Held) => boolean): Held | undefined {
  let found: Held | undefined;
  each(index, claim, (held) => {
    if (found === undefined && fits(held)) found = held;
  });
  return found;
}
