export { watchDirectory } from './directory.ts';
export { socketLines } from './lines.ts';
