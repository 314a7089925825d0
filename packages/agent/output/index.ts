export { type FollowOptions, followContainer, type LogLine } from './follow.ts';
export * from './kept.ts';
export * from './last-words.ts';
