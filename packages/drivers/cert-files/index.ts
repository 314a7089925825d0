export { certFilesDriver } from './apply/driver.ts';
export * from './errors.ts';
export * from './observe/index.ts';
export * from './table/index.ts';
