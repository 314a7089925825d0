export { type KeepOptions, keepNodeConfig } from './keep.ts';
