export { recordsObserver } from './observe.ts';
export { recordObservers } from './observers.ts';
export { type RecordTables, recordTables } from './tables.ts';
