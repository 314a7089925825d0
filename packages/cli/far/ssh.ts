import { shellWord } from './words.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What ssh itself exits with where it could not do its part (ssh(1)). */
export const sshFailed = 255;

/** One `reconcile` on another machine. Nothing is asked on the way: what needs a password or a new host key fails, and says so. */
export function sshArgs(to: string, words: readonly string[], { terminal }: { readonly terminal: boolean }): string[] {
  const options = ['BatchMode=yes', 'ConnectTimeout=10', 'ServerAliveInterval=15'].flatMap((one) => ['-o', one]);
  return [terminal ? '-t' : '-T', ...options, '--', to, 'reconcile', ...words.map(shellWord)];
}

/** ssh asks the caller's own key agent, and hands the terminal's kind on. */
export function sshEnvironment(env: Environment): Record<string, string> {
  return Object.fromEntries(
    ['SSH_AUTH_SOCK', 'TERM'].flatMap((name) => {
      const value = env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
