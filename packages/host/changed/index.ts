export * from './changed.ts';
export * from './texts.ts';
