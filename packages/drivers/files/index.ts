export { filesDriver } from './driver.ts';
export { blobPath } from './observe/copy.ts';
export { type FilesSettings, filesObserver } from './observe/index.ts';
