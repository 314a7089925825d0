export * from './observers.ts';
