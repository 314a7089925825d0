import { busyClash, parsePortClaim } from '../model/claim.ts';
import type { KindDefinition } from '../model/contract.ts';
import type { BusyPort, ObservedResource } from '../model/observed.ts';
import type { Claim, Kind } from '../model/resource.ts';

/** Listening sockets that nothing of ours accounts for: what we stop and start cannot free them. */
export class Sockets {
  readonly #busy: readonly BusyPort[];
  readonly #seen: readonly ObservedResource[];
  readonly #kinds: ReadonlyMap<Kind, KindDefinition>;
  /** Built when first asked: a quiet node never asks. */
  #foreign: readonly BusyPort[] | undefined;

  constructor(busy: readonly BusyPort[], seen: readonly ObservedResource[], kinds: ReadonlyMap<Kind, KindDefinition>) {
    this.#busy = busy;
    this.#seen = seen;
    this.#kinds = kinds;
  }

  isTaken(claim: Claim): boolean {
    this.#foreign ??= this.#unexplained();
    return this.#foreign.some((busy) => busyClash(claim, busy));
  }

  #unexplained(): BusyPort[] {
    if (this.#busy.length === 0) return [];
    const ours = new Map<number | 'range', Claim[]>();
    for (const resource of this.#seen) {
      const kind = this.#kinds.get(resource.kind);
      // A lease only says who may have a port; its container has it while it runs.
      if (resource.owner === 'foreign' || kind?.partOf !== undefined) continue;
      if (kind?.holds?.(resource) === false && kind.lingers?.(resource) !== true) continue;
      for (const claim of resource.claims) add(ours, claim);
    }
    return this.#busy.filter((socket) => {
      const near = [...(ours.get(socket.port) ?? []), ...(ours.get('range') ?? [])];
      return !near.some((claim) => busyClash(claim, socket));
    });
  }
}

function add(index: Map<number | 'range', Claim[]>, claim: Claim): void {
  const port = claim.kind === 'port' ? parsePortClaim(claim.value) : undefined;
  if (port === undefined) return;
  const bucket = port.first === port.last ? port.first : 'range';
  index.set(bucket, [...(index.get(bucket) ?? []), claim]);
}
