export { importFiles } from './import.ts';
export type { Imported, ImportFile, ImportNote } from './model.ts';
