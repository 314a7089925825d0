export { type AsideMove, databaseMoves, moveAside } from './aside.ts';
export { conditionsOf, type RuntimeCondition, type RuntimeLook, runtimeConditions } from './conditions.ts';
export { type RecoveryStory, recoveryStory } from './story.ts';
