// What the dry run may load: sources as they are looked at, without the parts that commit, push or fetch.
export type { Source, SourceContext, SourceOutcome, SourceProblem, SourceResult } from '../contract.ts';
export { unifiedDiff } from '../diff.ts';
export { defaultSettleMs, directorySource } from '../directory/source.ts';
export { gitSource } from '../git/source.ts';
