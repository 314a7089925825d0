export * from './settings.ts';
export * from './start.ts';
