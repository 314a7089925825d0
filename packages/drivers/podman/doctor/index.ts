export { type Identity, identityNote } from '../identity.ts';
export { podmanFacts } from './facts.ts';
