export * from './contract.ts';
export { hostErrors } from './errors.ts';
export * from './proc/contract.ts';
export * from './reading/index.ts';
export * from './writing/index.ts';
