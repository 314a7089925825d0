export * from './key.ts';
export { unsealValue } from './unseal-value.ts';
