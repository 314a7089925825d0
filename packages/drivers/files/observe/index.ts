export { filesObserver } from './observe.ts';
export type { FilesSettings } from './settings.ts';
