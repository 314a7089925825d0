export * from './json.ts';
export * from './tables.ts';
