export { recordsObserver } from './observe.ts';
export { recordObservers } from './observers.ts';
export { recordTables } from './tables.ts';
