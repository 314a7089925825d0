export { type DirectorySettings, defaultSettleMs, directorySource } from './source.ts';
export { type DefinitionWrite, writeDefinition } from './write-definition.ts';
