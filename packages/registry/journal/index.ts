export { type Ending, effectsOf } from './effects.ts';
export { type JournalOptions, registryJournal } from './journal.ts';
export { planLookups } from './lookups.ts';
export type { RowOperation } from './operation.ts';
export type { Lookups, Recall } from './recall.ts';
