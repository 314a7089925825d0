export * from './options.ts';
export * from './plan.ts';
