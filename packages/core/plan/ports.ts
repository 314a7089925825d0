import { parsePortClaim } from '../model/claim.ts';
import type { Observed } from '../model/observed.ts';
import type { Resource } from '../model/resource.ts';

/** Leases come from here first: above 32767 lies the kernel's ephemeral range. */
const preferred = { first: 10_000, last: 32_767 };
const further = { first: 32_768, last: 60_000 };

/**
 * The allocator: lowest free port first, deterministic in the order it is asked. A port is free when no lease, no claim
 * of anything desired or observed, and no socket of anybody has it, on any address and protocol.
 */
export class Ports {
  readonly #taken = new Set<number>();
  #next = preferred.first;

  constructor(observed: Observed, desired: Iterable<Resource>) {
    for (const busy of observed.busy) this.#taken.add(busy.port);
    for (const resource of Object.values(observed.resources)) this.#claim(resource.claims);
    for (const resource of desired) this.#claim(resource.claims);
  }

  #claim(claims: Resource['claims']): void {
    for (const claim of claims) {
      if (claim.kind !== 'port') continue;
      const port = parsePortClaim(claim.value);
      if (port === undefined) continue;
      for (let p = port.first; p <= port.last; p++) this.#taken.add(p);
    }
  }

  /** The lowest free port, or undefined when all 50,000 are taken. */
  take(): number | undefined {
    for (let port = this.#next; port <= further.last; port++) {
      if (this.#taken.has(port)) continue;
      this.#taken.add(port);
      this.#next = port + 1;
      return port;
    }
    return undefined;
  }
}
