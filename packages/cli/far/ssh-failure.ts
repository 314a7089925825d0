import { fail } from './errors.ts';
import type { SshPlace } from './places.ts';
import { sshFailed } from './ssh.ts';
import { lastWords } from './words.ts';

/** What a shell exits with where a program is not found, and where it cannot be run (POSIX, 2.8.2). */
const notFound = [126, 127];
/** Of our own command line where it does not know a word. */
const unknownWord = 64;

/** Why there is no agent at the other end of ssh, from its exit code and last words. */
export function sshFailure({ node, to }: Pick<SshPlace, 'node' | 'to'>, exitCode: number, said: string): Error {
  const message = `reach the agent of ${node} through ssh`;
  const of = { message, key: to, actual: lastWords(said) };
  const [, code] = /\[([A-Z][A-Z0-9_]+)\]/.exec(said) ?? [];
  if (notFound.includes(exitCode))
    return fail('FAR_NO_PROGRAM', {
      ...of,
      wanted: 'reconcile, as a shell without a terminal finds it there',
      hint: `ssh ${to} 'command -v reconcile; echo $PATH'`,
    });
  if (exitCode === unknownWord)
    return fail('FAR_SKEW', {
      ...of,
      wanted: 'a reconcile that knows stdio',
      hint: `ssh ${to} reconcile --version; update it there`,
    });
  if (exitCode !== sshFailed) {
    if (code === 'AGENT_AWAY')
      return fail('FAR_NO_AGENT', {
        ...of,
        wanted: 'a running agent',
        hint: `ssh ${to} reconcile install, or: ssh ${to} reconcile doctor`,
      });
    return fail('FAR_UNREACHED', { ...of, hint: `ssh ${to} reconcile doctor` });
  }
  if (/host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED|no host key/i.test(said))
    return fail('FAR_HOST_KEY', {
      ...of,
      wanted: 'a host key that you know',
      hint: `ssh ${to} once, and compare its fingerprint; if it is a new machine: ssh-keygen -R HOST`,
    });
  if (/permission denied|too many authentication failures|no supported authentication/i.test(said))
    return fail('FAR_DENIED', {
      ...of,
      wanted: 'a key that is let in without a question',
      hint: `ssh-add -l; ssh-copy-id ${to}`,
    });
  return fail('FAR_UNREACHED', { ...of, hint: `ssh ${to} reconcile --version` });
}
