export { mcproxyDriver } from './apply/driver.ts';
export { mcproxyErrors } from './errors.ts';
export * from './limits/index.ts';
export * from './settings/index.ts';
export { type McproxyTable, mcproxyTable } from './table/index.ts';
