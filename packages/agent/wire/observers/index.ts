export * from './foresee.ts';
export * from './observers.ts';
