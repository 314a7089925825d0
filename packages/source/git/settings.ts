import { fail } from '../errors.ts';
import { isBranchName } from './ref.ts';

export interface GitSettings {
  /** A clone, a work tree, or a bare repository. */
  readonly path: string;
  readonly branch: string;
  /** Directory of the fleet inside the repository; '' is its root. */
  readonly subdir: string;
  /** '' or what is fetched: the name of a remote of `path`, or an address. */
  readonly remote: string;
  /** Our own bare mirror of `remote`, below the state directory. */
  readonly mirror: string;
}

/** @throws SOURCE_SETTINGS */
export function checkSettings(settings: GitSettings): void {
  const { branch, subdir, remote } = settings;
  const refuse = (what: string, actual: string, wanted: string) => {
    throw fail('SOURCE_SETTINGS', {
      message: `use the git source ${settings.path}`,
      actual: `${what} = ${JSON.stringify(actual)}`,
      wanted,
    });
  };
  if (!isBranchName(branch)) refuse('branch', branch, 'a branch name');
  const parts = subdir.split('/');
  const plain = parts.every(
    (part) => part !== '' && part !== '.' && part !== '..' && part !== '.git' && !part.includes('\0'),
  );
  if (subdir !== '' && !plain) refuse('subdir', subdir, 'a relative path without "." and ".."');
  // `transport::address` starts a program of that name (git-remote-ext(1)).
  if (remote.startsWith('-') || remote.includes('::') || remote.includes('\0'))
    refuse('remote', remote, 'the name of a remote, or an address');
}
