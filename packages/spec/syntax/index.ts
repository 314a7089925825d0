export * from './image.ts';
export * from './mount.ts';
export * from './paths.ts';
export * from './port.ts';
export * from './quantity.ts';
export * from './result.ts';
export * from './words.ts';
