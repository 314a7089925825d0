export type { StoreFacts } from '../client/contract.ts';
export { type Identity, identityNote } from '../identity.ts';
export { podmanFacts } from './facts.ts';
