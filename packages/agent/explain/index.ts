export type { Facts } from './case.ts';
export { type ExplainInput, explain } from './explain.ts';
export { explainFacts } from './facts.ts';
