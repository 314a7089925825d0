export { rfc2136Driver } from './apply/driver.ts';
export * from './errors.ts';
export * from './observe/index.ts';
export { type Rfc2136Table, rfc2136Table } from './table/index.ts';
