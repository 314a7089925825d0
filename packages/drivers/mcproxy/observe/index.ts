export * from './observe.ts';
