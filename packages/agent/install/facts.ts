import type { Home } from '@reconcile/host';
import type { NodeConfig } from '../config/model.ts';

/** Whose systemd: that of one user, or of the machine (for root, with rootful podman). */
export type Scope = 'user' | 'system';

/** All that the units say. */
export interface InstallFacts {
  readonly scope: Scope;
  readonly node: string;
  /** node.toml, absolute. */
  readonly config: string;
  /** What runs us: Node and the command's own file, absolute. */
  readonly program: readonly [string, string];
  /** Where the units lie. */
  readonly dir: string;
  /** The fallback script; undefined where this node runs nothing that it could start. */
  readonly parachute: string | undefined;
  /** Whether this node runs containers; an edge does not. */
  readonly hasContainers: boolean;
  /** Of the caller's environment, where it decides what podman and we find. */
  readonly env: Readonly<Record<string, string>>;
}

/** Variables that change where podman or we keep things: the agent must see them as the person who installs it does. */
const decisive = [
  'XDG_CONFIG_HOME',
  'XDG_DATA_HOME',
  'XDG_STATE_HOME',
  'CONTAINERS_CONF',
  'CONTAINERS_STORAGE_CONF',
  'CONTAINERS_REGISTRIES_CONF',
  'REGISTRY_AUTH_FILE',
] as const;

export interface Installing {
  readonly config: NodeConfig;
  readonly program: readonly [string, string];
  readonly home: Pick<Home, 'configDir'>;
  readonly uid: number;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What is to be installed for this configuration and this user. Pure. */
export function installFacts({ config, env, home, program, uid }: Installing): InstallFacts {
  const scope: Scope = uid === 0 ? 'system' : 'user';
  const hasContainers = config.drivers.containers === 'podman';
  const kept = decisive.flatMap((name) => (env[name] ? [[name, env[name]] as const] : []));
  return {
    scope,
    node: config.node,
    config: config.path,
    program,
    dir: scope === 'system' ? '/etc/systemd/system' : `${home.configDir}/systemd/user`,
    parachute: hasContainers || config.drivers.proxy === 'haproxy' ? parachutePath(config) : undefined,
    hasContainers,
    env: Object.fromEntries(kept),
  };
}

/** Where the fallback lies: with the node's state, so that it goes where the node goes. */
export function parachutePath(config: Pick<NodeConfig, 'stateDir'>): string {
  return `${config.stateDir}/parachute.sh`;
}
