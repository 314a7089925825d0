export { acquireLock, type Held, type Lock, type LockOptions } from './acquire.ts';
export { type LockFile, readLockFile } from './file.ts';
