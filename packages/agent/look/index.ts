export * from './look.ts';
export * from './pull-sizes.ts';
