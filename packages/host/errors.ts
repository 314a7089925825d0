import { type Catalogue, errorFactory } from '@reconcile/core';

/** Errors of the outside world's interface. */
export const hostErrors = {
  RUN_TIMEOUT: {
    retry: 'backoff',
    says: 'A program did not end by its deadline; its process group was killed. What it did is unknown, never "nothing".',
  },
  RUN_MISSING: { retry: 'on-change', says: 'A program (or the directory it should run in) is not there.' },
  RUN_CANCELLED: { retry: 'backoff', says: 'A program was ended because we were asked to stop.' },
  RUN_KILLED: { retry: 'backoff', says: 'A program was ended by a signal that was not ours, such as the OOM killer.' },
  RUN_TOO_MUCH: { retry: 'backoff', says: 'A program printed more than we accept; its process group was killed.' },
  RUN_FAILED: {
    retry: 'backoff',
    says: 'A program could not be started, or a program read line by line ended with an error.',
  },
  RUN_NOT_READING: {
    retry: 'never',
    says: 'The reading half was asked for a command that may write. Nothing was started.',
  },
  FILE_TOO_LARGE: { retry: 'on-change', says: 'A file is larger than we accept.' },
  FILE_DENIED: { retry: 'on-change', says: 'The operating system refused access to a file or directory.' },
  FILE_NO_SPACE: { retry: 'backoff', says: 'No space, inodes or quota left. No partial file remains.' },
  FILE_REFUSED: {
    retry: 'never',
    says: 'A path we never write to or remove: a symlink, or a directory above our own.',
  },
  FILE_FAILED: { retry: 'backoff', says: 'Any other failure of a file operation; the cause has it.' },
  HTTP_TIMEOUT: { retry: 'backoff', says: 'An HTTP request, its answer included, did not end by its deadline.' },
  HTTP_FAILED: { retry: 'backoff', says: 'No HTTP answer: refused, reset, or not HTTP.' },
  HTTP_TOO_MUCH: { retry: 'backoff', says: 'An HTTP answer is larger than we accept.' },
  HTTP_CANCELLED: { retry: 'backoff', says: 'An HTTP request was ended because we were asked to stop.' },
  HTTP_NOT_READING: {
    retry: 'never',
    says: 'The reading half was asked for another method than GET or HEAD. Nothing was sent.',
  },
  SOCKET_FAILED: { retry: 'backoff', says: 'A unix socket refused us or broke off.' },
  SOCKET_TIMEOUT: { retry: 'backoff', says: 'A unix socket did not answer by its deadline.' },
  SOCKET_TOO_MUCH: { retry: 'backoff', says: 'An answer over a unix socket is larger than we accept.' },
  SOCKET_NOT_READING: {
    retry: 'never',
    says: 'The reading half was asked to send more than show commands. Nothing was sent.',
  },
  DNS_FAILED: { retry: 'backoff', says: 'A DNS server refused us, broke off, or could not answer.' },
  DNS_TIMEOUT: { retry: 'backoff', says: 'A DNS server did not answer by its deadline.' },
  DNS_TOO_MUCH: { retry: 'backoff', says: 'The answer of a DNS server is larger than we accept.' },
  DNS_CANCELLED: { retry: 'backoff', says: 'A question to a DNS server was given up because we were asked to stop.' },
  DNS_NOT_READING: {
    retry: 'never',
    says: 'The reading half was asked to send a DNS message that is no question. Nothing was sent.',
  },
  KILL_DENIED: { retry: 'on-change', says: 'The operating system refused to let us signal a process.' },
  WAIT_CANCELLED: { retry: 'backoff', says: 'A wait was ended because we were asked to stop.' },
} as const satisfies Catalogue;

export const fail = errorFactory(hostErrors);

/** Operating system error codes (`ENOENT` …) are compared by code, never by text. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
