export * from './observe.ts';
export * from './settings.ts';
