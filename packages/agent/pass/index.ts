export * from './as-writer.ts';
export * from './seen-before.ts';
export * from './writer.ts';
