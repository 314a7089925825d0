export { makeIdentity, seal, unseal } from '../age.ts';
