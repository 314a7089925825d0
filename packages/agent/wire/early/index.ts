export { type EarlyList, listEarly } from './early.ts';
