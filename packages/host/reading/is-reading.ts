import { programName } from '../environment.ts';
import { isReadingGit } from './rules/git.ts';
import { isReadingHaproxy } from './rules/haproxy.ts';
import { isReadingPodman } from './rules/podman.ts';
import { isReadingTimedatectl } from './rules/timedatectl.ts';

const programs: ReadonlyMap<string, (args: readonly string[]) => boolean> = new Map([
  ['podman', isReadingPodman],
  ['git', isReadingGit],
  ['haproxy', isReadingHaproxy],
  ['timedatectl', isReadingTimedatectl],
]);

/** Variables a reading call may add. Others can make a program write (`GIT_TRACE=FILE`) or run one (`GIT_SSH_COMMAND`). */
const variables = new Set(
  (
    'HOME TMPDIR TZ LANG LC_ALL XDG_RUNTIME_DIR XDG_CONFIG_HOME XDG_DATA_HOME XDG_CACHE_HOME CONTAINERS_CONF CONTAINERS_STORAGE_CONF ' +
    'CONTAINERS_REGISTRIES_CONF REGISTRY_AUTH_FILE GIT_CONFIG_NOSYSTEM GIT_CONFIG_GLOBAL GIT_TERMINAL_PROMPT GIT_OPTIONAL_LOCKS ' +
    'GIT_NO_REPLACE_OBJECTS GIT_NO_LAZY_FETCH GIT_ALLOW_PROTOCOL GIT_LITERAL_PATHSPECS GIT_ATTR_NOSYSTEM'
  ).split(' '),
);

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** Does this command only read? Known per program by verb and option; whatever is not known does not. Pure. */
export function isReading(command: Command): boolean {
  const { program, args, env = {} } = command;
  if (program.includes('/') && !program.startsWith('/')) return false;
  const rule = programs.get(programName(program));
  return rule !== undefined && Object.keys(env).every((name) => variables.has(name)) && rule(args);
}
