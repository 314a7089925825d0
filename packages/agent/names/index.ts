export { listNames, type NamesInput } from './list.ts';
export type { NameOwner, NameRow } from './row.ts';
