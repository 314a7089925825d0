export { blobPath } from './copy.ts';
export { filesObserver } from './observe.ts';
export type { FilesSettings, SecretValue } from './settings.ts';
