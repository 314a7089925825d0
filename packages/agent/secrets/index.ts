export * from './key.ts';
export { secretValueOf } from './secret-value.ts';
export { unsealValue } from './unseal-value.ts';
