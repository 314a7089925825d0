import { fail, systemCode } from '../errors.ts';

/** A file operation's failure by its errno (errno(3)); what is already ours passes. */
export function fileFailure(operation: string, path: string, cause: unknown): Error {
  const message = `${operation} ${path}`;
  switch (systemCode(cause)) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return fail('FILE_DENIED', { message, cause });
    case 'ENOSPC':
    case 'EDQUOT':
      return fail('FILE_NO_SPACE', { message, cause });
    default:
      return fail('FILE_FAILED', { message, cause });
  }
}

/** Nothing there: also when a parent is missing or is a file. */
export function isAbsent(error: unknown): boolean {
  const code = systemCode(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}
