export { mcnsDriver } from './driver.ts';
export * from './errors.ts';
export * from './observe/index.ts';
export { type McnsTable, mcnsTable } from './table/index.ts';
