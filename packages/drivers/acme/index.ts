export { acmeDriver } from './apply/driver.ts';
export type { NameWriter, TxtWriter, Voices } from './apply/prove.ts';
export * from './errors.ts';
export * from './observe/index.ts';
export * from './table/index.ts';
