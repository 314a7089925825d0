import { homedir } from 'node:os';
import type { Home } from './contract.ts';
import type { Environment } from './environment.ts';

/**
 * Base directories by the XDG Base Directory Specification 0.8: relative values in the environment are ignored. Without
 * XDG_RUNTIME_DIR it is logind's `/run/user/<uid>`.
 */
export function resolveHome(env: Environment, uid: number, given: Partial<Home> = {}): Home {
  const home = given.home ?? absolute(env.HOME) ?? homedir();
  return {
    home,
    runtimeDir: given.runtimeDir ?? absolute(env.XDG_RUNTIME_DIR) ?? `/run/user/${uid}`,
    configDir: given.configDir ?? absolute(env.XDG_CONFIG_HOME) ?? `${home}/.config`,
    stateDir: given.stateDir ?? absolute(env.XDG_STATE_HOME) ?? `${home}/.local/state`,
  };
}

function absolute(path: string | undefined): string | undefined {
  return path?.startsWith('/') ? path : undefined;
}
