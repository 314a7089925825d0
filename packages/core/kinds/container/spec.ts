import type { ValueMarks } from '../values.ts';

/** A port published at a fixed address. `ip` '' = all addresses; `count` > 1 for a range. */
export interface PublishedPort {
  readonly ip: string;
  readonly host: number;
  readonly container: number;
  readonly count: number;
  readonly protocol: 'tcp' | 'udp';
}

/**
 * A port that a route needs. `fixed` names the published port that already reaches it, else one is leased and published
 * on 127.0.0.1. `containerPort` null: the program listens on `$PORT`.
 */
export interface RoutePort {
  /** '' for the single unnamed route. */
  readonly name: string;
  readonly containerPort: number | null;
  readonly fixed: { readonly ip: string; readonly port: number } | null;
}

/** A mounted volume or host directory; `source` is a volume's name or an absolute host path. */
export interface Mount {
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  /** Further podman options, sorted: `z`, `U`, `noexec` … */
  readonly options: readonly string[];
}

export type OnChange =
  | 'restart'
  | 'replace'
  | 'none'
  | { readonly signal: string }
  | { readonly exec: readonly string[] };

/** A file of the repository, copied for this container alone and mounted from there. */
export interface MountedFile {
  readonly target: string;
  /** SHA-256 of the content, hex. */
  readonly hash: string;
  /** Octal, as written: `0640`. */
  readonly mode: string;
  /** `uid:gid` inside the container; '' = the container's root. */
  readonly owner: string;
  readonly onChange: OnChange;
  /** Names of `{{secret:NAME}}` inside. */
  readonly secrets: readonly string[];
  /** What a container was last started with, or told of: the ledger's alone, in no definition and no label (specs/0059). */
  readonly values?: ValueMarks;
}

export interface MountedSecret {
  readonly name: string;
  /** Path in the container; or an environment variable's name when `env`. */
  readonly target: string;
  readonly env: boolean;
}

/** All that makes one container what it is. A difference here is a new container (files: see `on_change`). */
export interface ContainerSpec {
  /** Reference as declared, with tag or digest. */
  readonly image: string;
  readonly entrypoint: readonly string[] | null;
  readonly command: readonly string[];
  /** Declared variables; `$PORT…` is derived and never part of the spec. */
  readonly env: Readonly<Record<string, string>>;
  readonly user: string;
  readonly workdir: string;
  readonly hostname: string;
  /** `default` (podman's own), `host`, `none`, or the name of a network. */
  readonly network: string;
  /** Names others find it by on a named network: base and `<service>-<component>`. */
  readonly aliases: readonly string[];
  readonly ports: readonly PublishedPort[];
  readonly routes: readonly RoutePort[];
  readonly mounts: readonly Mount[];
  readonly files: readonly MountedFile[];
  readonly secrets: readonly MountedSecret[];
  readonly tmpfs: readonly string[];
  readonly readOnly: boolean;
  readonly capAdd: readonly string[];
  readonly devices: readonly string[];
  readonly privileged: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly extraHosts: readonly string[];
  /** Bytes; 0 = no limit. */
  readonly memory: number;
  /** Cores; 0 = no limit. */
  readonly cpus: number;
  /** Processes; 0 = podman's default. */
  readonly pids: number;
  readonly stopSignal: string;
  readonly stopTimeoutMs: number;
  readonly logMaxBytes: number;
}

export interface HealthSpec {
  readonly type: 'http' | 'tcp' | 'dns' | 'grpc' | 'exec' | 'running';
  /** http: the path. */
  readonly path: string;
  /** Route name ('' unnamed), or a container port; null: the first route or port. */
  readonly port: string | number | null;
  readonly command: readonly string[];
  /** http: accepted status (`200-399`) or text in the body; dns: the name asked for, and a type; grpc: the service, '' the program. */
  readonly expect: string;
  /** grpc: the program speaks TLS there, as its route says (`backend_tls`). */
  readonly tls?: boolean;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly startPeriodMs: number;
  readonly successes: number;
  readonly failures: number;
}

export interface UpdateSpec {
  readonly strategy: 'auto' | 'start-first' | 'stop-first';
  readonly minReadyMs: number;
  readonly deadlineMs: number;
  readonly drainMs: number;
  readonly rollback: boolean;
  readonly snapshot: boolean;
  readonly holdRequests: boolean;
}

export type RestartPolicy = 'no' | 'on-failure' | 'always' | 'unless-stopped';

/** How we look after a container; a change here touches nothing that runs. */
export interface ContainerCare {
  readonly health: HealthSpec;
  readonly update: UpdateSpec;
  readonly restart: RestartPolicy;
  /** Compared fields that are left alone: `env.FOO`, `labels`. */
  readonly ignore: readonly string[];
  /** Run in the container before its data is saved with `--hook`. Absent: it has none. */
  readonly snapshotHook?: readonly string[];
}

/** What podman and /proc say of one container. */
export interface ContainerState {
  readonly phase: 'created' | 'running' | 'paused' | 'exited' | 'stopping' | 'removing' | 'leftover' | 'unknown';
  /** Full runtime id; '' for a storage leftover without one. */
  readonly id: string;
  readonly pid: number;
  /** false: podman says running, but the process or its monitor is gone (podman does not notice: drivers.md fact 3). */
  readonly alive: boolean;
  readonly exitCode: number;
  /** Instants; 0 = never. Whole seconds. */
  readonly createdAt: number;
  readonly startedAt: number;
  readonly exitedAt: number;
  readonly imageId: string;
  /** `tcp/127.0.0.1/38443/8443`, sorted; ranges spelled out. */
  readonly ports: readonly string[];
  readonly networks: readonly string[];
  readonly aliased: boolean;
  /** The id differs from the one we made: somebody recreated it by hand. */
  readonly recreated: boolean;
}

export const containerDefaults: ContainerSpec = {
  image: '',
  entrypoint: null,
  command: [],
  env: {},
  user: '',
  workdir: '',
  hostname: '',
  network: 'default',
  aliases: [],
  ports: [],
  routes: [],
  mounts: [],
  files: [],
  secrets: [],
  tmpfs: [],
  readOnly: false,
  capAdd: [],
  devices: [],
  privileged: false,
  labels: {},
  extraHosts: [],
  memory: 0,
  cpus: 0,
  pids: 0,
  stopSignal: '',
  stopTimeoutMs: 10_000,
  logMaxBytes: 10_000_000,
};
