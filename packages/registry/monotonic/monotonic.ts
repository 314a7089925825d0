/** Time since the machine's start, ms: the same for every process, and nobody sets it. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}
