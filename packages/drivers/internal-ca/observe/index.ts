export * from '../authority/roots.ts';
export * from '../settings.ts';
export * from './observe.ts';
