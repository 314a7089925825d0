/** What one case is made of: a text, and which reader is to read it. */
export interface Case {
  readonly which: number;
  readonly text: string;
}

/** Something that takes anything and may refuse it, but only in its own words. */
export interface Target {
  /** Sources whose coverage guides. */
  readonly seeds: readonly Case[];
  /** Cases out of nothing, by fast-check. */
  generate(seed: number, count: number): readonly Case[];
  /** @throws anything: that is a defect. */
  read(one: Case): unknown;
}
