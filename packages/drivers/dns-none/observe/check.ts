import { errorText, plainIp } from '@reconcile/core';
import type { ReadHost } from '@reconcile/host';

/** A name that somebody else looks after, and where it should lead. */
export interface Pointing {
  readonly hostname: string;
  /** Any of these is right, in any spelling. */
  readonly addresses: readonly string[];
  /** Whom to ask, `127.0.0.1:5353`; absent: the resolvers of this machine. */
  readonly server?: string;
  /** Deadline of each of the two questions, ms. */
  readonly timeoutMs: number;
}

export interface Pointed {
  /** `partly`: here and somewhere else too. `absent`: there is no such name. `unknown`: could not be asked. */
  readonly verdict: 'here' | 'partly' | 'elsewhere' | 'absent' | 'unknown';
  /** Addresses of both families, sorted; a CNAME is followed. */
  readonly values: readonly string[];
  /** For people. */
  readonly says: string;
}

/**
 * Zones with `driver = "none"` and names in no zone: we write nothing, we look whether the name leads here and say so. Never a
 * warning, and nothing that a pass asks: a resolver that is away must not make one slow.
 */
export async function checkPointing(host: ReadHost, asked: Pointing): Promise<Pointed> {
  const { hostname, server, timeoutMs } = asked;
  const options = { timeoutMs, ...(server === undefined ? {} : { server }) };
  const results = await Promise.allSettled(
    (['A', 'AAAA'] as const).map((type) => host.net.resolve(hostname, type, options)),
  );
  const values = results
    .flatMap((result) => (result.status === 'fulfilled' ? (result.value ?? []) : []))
    .map(plainIp)
    .sort();
  const failure = results.find((result) => result.status === 'rejected');
  if (values.length === 0 && failure !== undefined)
    return { verdict: 'unknown', values, says: errorText(failure.reason) };
  if (values.length === 0) return { verdict: 'absent', values, says: `there is no ${hostname}` };
  const right = new Set(asked.addresses.map(plainIp));
  const here = values.filter((value) => right.has(value));
  if (here.length === values.length) return { verdict: 'here', values, says: 'points here' };
  const there = values.filter((value) => !right.has(value)).join(', ');
  return here.length > 0
    ? { verdict: 'partly', values, says: `points here, and to ${there}` }
    : { verdict: 'elsewhere', values, says: `points to ${there}` };
}
