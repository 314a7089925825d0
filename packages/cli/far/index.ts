export { runOnAll } from './all-nodes.ts';
export { runFar } from './run-far.ts';
export { farWords } from './words.ts';
