export type {
  SnapshotOptions,
  Source,
  SourceContext,
  SourceOutcome,
  SourceProblem,
  SourceProblemCode,
  SourceResult,
} from './contract.ts';
export { unifiedDiff } from './diff.ts';
export {
  type DefinitionWrite,
  type DirectorySettings,
  defaultSettleMs,
  directorySource,
  writeDefinition,
} from './directory/index.ts';
export { sourceErrors } from './errors.ts';
export * from './git/index.ts';
export { sourceLimits } from './layout.ts';
