/** What one side took in one comparison, in the row's unit. */
export interface Figures {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly runs: number;
}

export function figures(samples: readonly number[]): Figures {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  const half = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? at(half) : (at(half - 1) + at(half)) / 2;
  return { median, min: at(0), max: at(sorted.length - 1), runs: sorted.length };
}

/** Somebody else's way to do the same work: their figures, and ours from the runs in between. */
export interface Compared {
  readonly peer: Figures;
  readonly us: Figures;
}

/**
 * Runs both sides in turns, so that a busy moment of the machine meets both: peer, us, peer, us. Each side returns what it
 * took.
 */
export async function inTurns(
  runs: number,
  sides: { readonly peer: () => number | Promise<number>; readonly us: () => number | Promise<number> },
): Promise<Compared> {
  const peer: number[] = [];
  const us: number[] = [];
  for (let run = 0; run < runs; run++) {
    peer.push(await sides.peer());
    us.push(await sides.us());
  }
  return { peer: figures(peer), us: figures(us) };
}
