export * from './compile/index.ts';
export * from './errors.ts';
export * from './hash/index.ts';
export * from './model/index.ts';
export * from './roots/index.ts';
export * from './worker/index.ts';
