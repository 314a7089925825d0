export * from './key.ts';
export * from './paths.ts';
