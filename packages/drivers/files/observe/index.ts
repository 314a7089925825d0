export { blobPath } from './copy.ts';
export { filesObserver } from './observe.ts';
export type { FilesSettings } from './settings.ts';
