export * from './definition.ts';
export * from './fleet.ts';
