import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** Fewer runs and no fleet of 100: to see that it works, not for figures. */
  readonly quick: boolean;
  readonly json: boolean;
  /** Also leave a piece of specs/evidence.md in RECONCILE_OUT. */
  readonly write: boolean;
  /** Names of the measures to take; empty: all. */
  readonly only: readonly string[];
  /** How often each side of a comparison runs, except first convergences. */
  readonly runs: number;
  readonly firstRuns: number;
  readonly sizes: readonly number[];
}

/** @throws TypeError on a word that means nothing here */
export function readOptions(words: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...words],
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
    },
  });
  const { json, only, quick, write } = values;
  return {
    quick,
    json,
    write,
    only: only.flatMap((names) => names.split(',')),
    runs: quick ? 5 : 9,
    firstRuns: quick ? 1 : 3,
    sizes: quick ? [10, 50] : [10, 50, 100],
  };
}
