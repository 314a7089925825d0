export * from './home.ts';
export * from './platform.ts';
