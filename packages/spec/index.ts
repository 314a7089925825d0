export * from './canonical.ts';
export * from './compile/index.ts';
export * from './errors.ts';
export * from './model/index.ts';
export * from './worker/index.ts';
