export * from './around.ts';
export * from './check.ts';
export { anyPredecessor } from './claims.ts';
export { contestedReverts, contestedWindowMs } from './guard.ts';
export { type Judgement, judge, type Making, makings } from './judge.ts';
export * from './narrow.ts';
export * from './plan.ts';
export * from './simulate.ts';
export { attemptKey, backoffMs, retryAt } from './waits.ts';
