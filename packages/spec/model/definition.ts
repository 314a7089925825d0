import type {
  HealthSpec,
  Mount,
  MountedSecret,
  OnChange,
  PublishedPort,
  RestartPolicy,
  UpdateSpec,
} from '@reconcile/core/kinds/container';
import type { JobSpec } from '@reconcile/core/kinds/job';

// What one service file says, in one shape whatever way it was written: names instead of positions, milliseconds, bytes, no
// aliases. Nothing that depends on the fleet or the node is filled in: that is compile's. Plain JSON, so that it can be
// stored beside its snapshot and sent between threads.

/** What a component and a job have in common: how a container of theirs is run. */
export interface RunDefinition {
  readonly image: string;
  readonly entrypoint: readonly string[] | null;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly user: string;
  readonly workdir: string;
  readonly hostname: string;
  /** null: by the rule of the service (own network for several components, podman's default for one). */
  readonly network: string | null;
  readonly mounts: readonly Mount[];
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
  readonly cpus: number;
  readonly pids: number;
  readonly stopSignal: string;
  /** null: 60 s with a read-write volume, else 10 s. */
  readonly stopTimeoutMs: number | null;
}

export interface RouteDefinition {
  /** '' for the unnamed one. */
  readonly name: string;
  /** Logical port: a listener of the node's proxy. */
  readonly port: number;
  readonly mode: 'l4' | 'l7';
  /** null: `<service>.<zone>`. */
  readonly hostname: string | null;
  readonly public: boolean;
  readonly containerPort: number | null;
  readonly path: string;
  readonly backendTls: { readonly verify: boolean; readonly serverName: string } | null;
  readonly proxyProtocol: boolean;
  /** Requests per second and client; 0 = no limit. */
  readonly rateLimit: number;
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
}

export interface FileDefinition {
  /** Path below `services/<service>/`. */
  readonly source: string;
  readonly target: string;
  readonly mode: string;
  readonly owner: string;
  readonly onChange: OnChange;
}

export interface ComponentDefinition extends RunDefinition {
  readonly name: string;
  readonly after: readonly string[];
  readonly ports: readonly PublishedPort[];
  readonly routes: readonly RouteDefinition[];
  readonly files: readonly FileDefinition[];
  readonly health: Partial<HealthSpec>;
  readonly update: Partial<UpdateSpec>;
  readonly restart: RestartPolicy;
  readonly replicas: number;
  /** Compared fields that are left alone, in the kind's own words: `env.FOO`, `capAdd`. */
  readonly ignore: readonly string[];
  readonly snapshotHook?: readonly string[];
}

export interface JobDefinition extends RunDefinition {
  readonly name: string;
  readonly when: JobSpec['when'];
  /** Component whose image, env, secrets and network are inherited (`image = "same:web"`). */
  readonly same: string | null;
  /** Components that must be ready before it runs. */
  readonly after: readonly string[];
  readonly schedule: string;
  readonly timezone: string;
  readonly overlap: JobSpec['overlap'];
  readonly catchUp: boolean;
  readonly timeoutMs: number;
}

export interface NetworkDefinition {
  readonly name: string;
  readonly driver: string;
  readonly subnets: readonly string[];
  readonly internal: boolean;
  readonly ipv6: boolean;
  readonly options: Readonly<Record<string, string>>;
}

export interface VolumeDefinition {
  readonly name: string;
  readonly driver: string;
  readonly options: Readonly<Record<string, string>>;
}

export interface ServiceDefinition {
  readonly name: string;
  /** Path in the snapshot: `services/mcr.toml`. */
  readonly file: string;
  /** Node it is pinned to. */
  readonly node: string | null;
  readonly tier: 'core' | 'worker';
  readonly active: boolean;
  /** Directory of its sources below the node's workspace. */
  readonly path: string;
  readonly dependsOn: readonly string[];
  /** null: by `[[boot.sequence]]`, else the last stage. */
  readonly stage: string | null;
  /** `[build.images]`: image repository name → Containerfile. */
  readonly builds: Readonly<Record<string, string>>;
  readonly components: readonly ComponentDefinition[];
  readonly jobs: readonly JobDefinition[];
  readonly networks: readonly NetworkDefinition[];
  readonly volumes: readonly VolumeDefinition[];
}
