export * from './bytes.ts';
export * from './data.ts';
export * from './message.ts';
export * from './name.ts';
export * from './tsig.ts';
