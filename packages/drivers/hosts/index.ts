export { hostsDriver } from './driver.ts';
export * from './errors.ts';
export * from './observe/index.ts';
export { type HostsTable, hostsTable } from './table/index.ts';
