export * from './authority.ts';
export * from './pebble.ts';
