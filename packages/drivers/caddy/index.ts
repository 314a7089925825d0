export { caddyDriver } from './apply/driver.ts';
export { caddyErrors } from './errors.ts';
export * from './limits/index.ts';
export * from './settings/index.ts';
export { type CaddyTable, caddyTable } from './table/index.ts';
