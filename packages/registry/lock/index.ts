export { acquireLock, type Held, type Lock, type LockOptions, lockHolder } from './acquire.ts';
export { type LockFile, readLockFile } from './file.ts';
