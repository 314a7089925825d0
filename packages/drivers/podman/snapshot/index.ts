export * from './model.ts';
export * from './restore.ts';
export * from './sources.ts';
export * from './store.ts';
export { type SnapshotRequest, takeSnapshot } from './take.ts';
export type { SnapshotContext } from './tools.ts';
