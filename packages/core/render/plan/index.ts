export { lastingWords } from './lasting.ts';
export * from './options.ts';
export * from './plan.ts';
