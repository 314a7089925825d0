import { userInfo } from 'node:os';
import { dirname } from 'node:path';
import { type FleetError, isFleetError } from '@reconcile/core';
import { fail } from './errors.ts';

function codeOf(error: unknown): string {
  if (!(error instanceof Error) || error.name !== 'SqliteError') return '';
  return (error as Error & { code?: string }).code ?? '';
}

/** Somebody else holds a lock; the same statement may work a moment later. */
export function isBusy(error: unknown): boolean {
  return /^SQLITE_(BUSY|LOCKED)/.test(codeOf(error));
}

/** The file is not, or no longer, a database that can be trusted. */
export function isDamage(error: unknown): boolean {
  return /^SQLITE_(CORRUPT|NOTADB|FORMAT)/.test(codeOf(error)) || error instanceof Damage;
}

/** Damage that we noticed ourselves: a check that failed, a header that makes no sense. */
export class Damage extends Error {
  override readonly name = 'Damage';
}

/** SQLite's errors in this package's words. @returns any other error as it is */
export function translate(error: unknown, path: string, doing: string): unknown {
  if (isFleetError(error)) return error;
  const code = codeOf(error) || (error as { code?: string } | null)?.code || '';
  if (isBusy(error)) {
    return fail('REGISTRY_BUSY', { message: doing, key: path, actual: 'locked by another process', cause: error });
  }
  if (isDamage(error)) return fail('REGISTRY_DAMAGED', { message: doing, key: path, cause: error });
  if (/^(SQLITE_FULL|ENOSPC|EDQUOT)/.test(code)) {
    return fail('REGISTRY_FULL', {
      message: doing,
      key: path,
      hint: `free some space on the disk of ${dirname(path)}`,
      cause: error,
    });
  }
  if (/^(SQLITE_READONLY|SQLITE_CANTOPEN|SQLITE_PERM|EACCES|EPERM|EROFS|ENOTDIR|EEXIST)/.test(code))
    return denied(path, doing, error);
  return code === '' ? error : fail('REGISTRY_FAILED', { message: doing, key: path, cause: error });
}

/** Names the directory and who we are: "readonly database" alone has sent people to the wrong file. */
function denied(path: string, doing: string, cause: unknown): FleetError {
  const { username, uid } = userInfo();
  return fail('REGISTRY_DENIED', {
    message: doing,
    key: path,
    wanted: `${dirname(path)} and the files in it usable by ${username} (uid ${uid})`,
    actual: 'cannot be opened',
    hint: `ls -ld ${dirname(path)}; ls -l ${path}*`,
    cause,
  });
}
