import type { Compared, Figures } from './figures.ts';

export type Verdict = 'met' | 'missed' | 'reported' | 'not measured' | 'failed';

/** One line of the table: a ratio to a peer, or a figure of ours alone. */
export interface Row {
  readonly measure: string;
  readonly unit: 'ms' | 'MiB';
  /** Largest value that is well: of the ratio where there is a peer, else of our median. Absent: only reported. */
  readonly limit?: number;
  /** The limit as people say it: `1/13`. */
  readonly limitText?: string;
  readonly peer?: string;
  readonly theirs?: Figures;
  readonly us?: Figures;
  /** Ours over theirs. */
  readonly ratio?: number;
  readonly verdict: Verdict;
  /** Why it was not measured, or what to know about it. */
  readonly note?: string;
}

interface About {
  readonly measure: string;
  readonly limit?: number;
  readonly limitText?: string;
  readonly note?: string;
}

/** A row about time beside a peer. */
export function besidePeer(about: About & { readonly peer: string }, { peer, us }: Compared): Row {
  const ratio = us.median / peer.median;
  return { ...about, unit: 'ms', theirs: peer, us, ratio, verdict: judge(ratio, about.limit) };
}

/** A row about us alone. */
export function alone(about: About & { readonly unit: Row['unit'] }, us: Figures): Row {
  return { ...about, us, verdict: judge(us.median, about.limit) };
}

/** Nothing to say about it: the peer is not to be had, or our own measuring failed. */
export function notMeasured(
  about: About & { readonly peer?: string },
  why: string,
  verdict: 'not measured' | 'failed' = 'not measured',
): Row {
  return { ...about, unit: 'ms', verdict, note: why };
}

function judge(value: number, limit: number | undefined): Verdict {
  if (limit === undefined) return 'reported';
  return value <= limit ? 'met' : 'missed';
}
