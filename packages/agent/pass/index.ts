export * from './as-writer.ts';
export * from './one-pass.ts';
export * from './writer.ts';
