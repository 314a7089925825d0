export { type ArmContext, arm, assertNoWindow, type TrialWish } from './arm.ts';
export { WindowEnds } from './ends.ts';
export { confirmWindow, markReverted, openWindow, releaseReverted } from './window.ts';
