export * from './monotonic.ts';
