export type { LoadInput } from './input.ts';
export * from './keep.ts';
export * from './load.ts';
export * from './model.ts';
export * from './nothing.ts';
export { leftOf } from './trial.ts';
