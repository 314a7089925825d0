export * from './one-pass.ts';
