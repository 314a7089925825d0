export * from './changed.ts';
