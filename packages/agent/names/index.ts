export { listNames, type NamesInput, pointingNames } from './list.ts';
export type { NameOwner, NameRow } from './row.ts';
