export { nodeFacts } from './facts.ts';
export { type InitFile, type InitOptions, initFiles } from './init.ts';
export { nodeJsonSchema } from './json-schema.ts';
export { type LoadOptions, loadNodeConfig } from './load.ts';
export type { NodeConfig, SourceConfig } from './model.ts';
export { type ReadOptions, type ReadResult, readNodeConfig } from './read.ts';
export { driverNames, nodeTables } from './schema.ts';
export { findNodeConfig, type SearchOptions } from './search.ts';
