import type { Home } from './contract.ts';

/** A process environment as data; `process.env` fits. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Handed on when set. Anything else of ours stays ours: podman copies its environment into containers when asked wrongly. */
const kept = [
  'XDG_CONFIG_HOME',
  'XDG_DATA_HOME',
  'XDG_CACHE_HOME',
  'XDG_STATE_HOME',
  'TMPDIR',
  'DBUS_SESSION_BUS_ADDRESS',
  'CONTAINERS_CONF',
  'CONTAINERS_STORAGE_CONF',
  'CONTAINERS_REGISTRIES_CONF',
  'REGISTRY_AUTH_FILE',
] as const;

/** How git reaches a remote as the user would, and who the user says to be (git(1)). No other program gets these. */
const keptForGit = [
  'SSH_AUTH_SOCK',
  'GIT_SSH_COMMAND',
  'GIT_AUTHOR_NAME',
  'GIT_AUTHOR_EMAIL',
  'GIT_COMMITTER_NAME',
  'GIT_COMMITTER_EMAIL',
  'EMAIL',
] as const;

/** Debian keeps haproxy and newuidmap's friends where an ordinary user's PATH does not look. */
const systemPath = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** The environment of one child: built up from nothing, so that no token or proxy setting of ours can leak. */
export function childEnvironment(own: Environment, home: Home, program: string): Record<string, string> {
  const user = own.USER ?? own.LOGNAME;
  const env: Record<string, string> = {
    HOME: home.home,
    PATH: searchPath(own.PATH),
    XDG_RUNTIME_DIR: home.runtimeDir,
    LANG: 'C.UTF-8',
    LC_ALL: 'C.UTF-8',
  };
  if (user !== undefined) {
    env.USER = user;
    env.LOGNAME = user;
  }
  const names: readonly string[] = programName(program) === 'git' ? [...kept, ...keptForGit] : kept;
  for (const name of names) {
    const value = own[name];
    if (value !== undefined && value !== '') env[name] = value;
  }
  return env;
}

/** Relative entries are dropped: what runs must not depend on where we stand. */
function searchPath(path: string | undefined): string {
  const entries = (path ?? '').split(':').filter((entry) => entry.startsWith('/'));
  return [...new Set([...entries, ...systemPath])].join(':');
}

/** `/usr/sbin/haproxy` → `haproxy`. */
export function programName(program: string): string {
  return program.slice(program.lastIndexOf('/') + 1);
}
