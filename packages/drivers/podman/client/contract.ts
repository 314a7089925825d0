import type { PublishedPort } from '@reconcile/core/kinds/container';
import type { Host, ReadHost } from '@reconcile/host';

/** podman's own word for a container's state; `storage` is a leftover that only the storage layer knows. */
export type RowState =
  | 'created'
  | 'configured'
  | 'initialized'
  | 'running'
  | 'paused'
  | 'stopping'
  | 'stopped'
  | 'exited'
  | 'removing'
  | 'storage'
  | 'unknown';

/** One line of `ps -a --external`. Instants are ms, whole seconds, 0 = never. */
export interface ContainerRow {
  readonly id: string;
  readonly name: string;
  readonly state: RowState;
  /** Merged with the image's own. */
  readonly labels: Readonly<Record<string, string>>;
  readonly imageId: string;
  readonly pid: number;
  readonly exitCode: number;
  readonly ports: readonly PublishedPort[];
  readonly networks: readonly string[];
  readonly createdAt: number;
  readonly startedAt: number;
  readonly exitedAt: number;
}

/** What only `inspect` tells. */
export interface ContainerDetail {
  readonly id: string;
  readonly name: string;
  readonly state: RowState;
  readonly labels: Readonly<Record<string, string>>;
  readonly imageId: string;
  readonly pid: number;
  readonly exitCode: number;
  readonly startedAt: number;
  readonly finishedAt: number;
  /** Network → aliases there. */
  readonly networks: Readonly<Record<string, readonly string[]>>;
}

export interface ImageRow {
  /** Without `sha256:`. */
  readonly id: string;
  /** `registry/name:tag`. */
  readonly names: readonly string[];
  /** `registry/name@sha256:…`. */
  readonly digests: readonly string[];
  readonly digest: string;
  readonly bytes: number;
  readonly labels: Readonly<Record<string, string>>;
}

export interface NetworkRow {
  readonly name: string;
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly createdAt: number;
}

export interface VolumeRow {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly createdAt: number;
}

export interface SecretRow {
  readonly name: string;
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly createdAt: number;
}

/** Where podman keeps its things: from `podman info`. */
export interface StoreFacts {
  readonly graphRoot: string;
  readonly runRoot: string;
  readonly driver: string;
  readonly volumePath: string;
  readonly version: string;
  /** `0:1000:1,1:100000:65536`. */
  readonly uidMap: string;
  readonly gidMap: string;
}

/** One entry of registries.conf, as podman understood it (containers-registries.conf(5)). */
export interface RegistryRule {
  /** What references begin with: a host, or a host and a path. */
  readonly prefix: string;
  /** What stands in its place; '' = the same. */
  readonly location: string;
  /** Plain HTTP is allowed. */
  readonly insecure: boolean;
  readonly blocked: boolean;
}

/** What a pull would go by. */
export interface RegistryFacts {
  /** Of the images this machine runs, in the OCI's words: `amd64`. */
  readonly arch: string;
  /** Longest prefix first. */
  readonly rules: readonly RegistryRule[];
}

/** Everything `create` is told; both clients make the same container of it. */
export interface ContainerDraft {
  readonly name: string;
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly entrypoint: readonly string[] | null;
  readonly command: readonly string[];
  readonly user: string;
  readonly workdir: string;
  readonly hostname: string;
  /** `default`, `host`, `none`, or a network's name. */
  readonly network: string;
  readonly aliases: readonly string[];
  readonly ports: readonly PublishedPort[];
  readonly mounts: readonly DraftMount[];
  readonly secrets: readonly DraftSecret[];
  /** `/tmp`, `/run:size=64m`. */
  readonly tmpfs: readonly string[];
  readonly readOnly: boolean;
  readonly capAdd: readonly string[];
  readonly devices: readonly string[];
  readonly privileged: boolean;
  readonly extraHosts: readonly string[];
  readonly memory: number;
  readonly cpus: number;
  readonly pids: number;
  readonly stopSignal: string;
  /** Seconds. */
  readonly stopTimeout: number;
  readonly logMaxBytes: number;
}

export interface DraftMount {
  readonly type: 'bind' | 'volume';
  readonly source: string;
  readonly target: string;
  readonly options: readonly string[];
}

/** As a file in the container, or as a variable of its program; `source` is podman's name of it. */
export type DraftSecret = SecretFile | SecretVariable;

export interface SecretFile {
  readonly as: 'file';
  readonly source: string;
  /** Absolute path, or a name below /run/secrets. */
  readonly target: string;
  readonly uid: number;
  readonly gid: number;
}

export interface SecretVariable {
  readonly as: 'variable';
  readonly source: string;
  readonly variable: string;
}

export interface NetworkDraft {
  readonly name: string;
  readonly driver: string;
  readonly subnets: readonly string[];
  readonly internal: boolean;
  readonly ipv6: boolean;
  readonly options: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

export interface VolumeDraft {
  readonly name: string;
  readonly driver: string;
  readonly options: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

/** A node's file and what was read of it: its content is never in argv. */
export interface SecretSource {
  readonly path: string;
  readonly content: Uint8Array;
}

export interface BuildDraft {
  readonly ref: string;
  readonly context: string;
  readonly file: string;
  readonly timeoutMs: number;
}

/**
 * podman's reading calls. Each has a deadline of its own and gives everything or throws: PODMAN_HUNG, PODMAN_GARBLED,
 * PODMAN_MISSING, PODMAN_FAILED and the node-level PODMAN_DATABASE, PODMAN_DAMAGED, PODMAN_REBOOT. Absent things are undefined.
 */
export interface PodmanReader {
  readonly via: 'cli' | 'rest';
  /** All containers, storage leftovers included. */
  containers(): Promise<readonly ContainerRow[]>;
  /** By exact name or full id; podman's prefix matches count as absent. */
  container(name: string): Promise<ContainerDetail | undefined>;
  /** All images, unnamed ones included. */
  images(): Promise<readonly ImageRow[]>;
  /** What a reference or id means in local storage. */
  image(ref: string): Promise<ImageRow | undefined>;
  networks(): Promise<readonly NetworkRow[]>;
  volumes(): Promise<readonly VolumeRow[]>;
  secrets(): Promise<readonly SecretRow[]>;
  store(): Promise<StoreFacts>;
  registries(): Promise<RegistryFacts>;
  /** Newest last; stdout and stderr in the order of their time stamps. [] when the container is gone. */
  tail(name: string, lines: number): Promise<readonly string[]>;
}

export interface PodmanClient extends PodmanReader {
  /** Full id. @throws PODMAN_NAME_IN_USE PODMAN_NO_IMAGE PODMAN_NO_NETWORK PODMAN_NO_SECRET PODMAN_NO_SOURCE */
  create(draft: ContainerDraft): Promise<string>;
  /** A running one is fine. @throws PODMAN_PORT_IN_USE PODMAN_PORT_REFUSED PODMAN_NO_COMMAND PODMAN_STATE PODMAN_NO_SUCH */
  start(name: string): Promise<void>;
  /** A stopped or absent one is fine. */
  stop(name: string, timeoutMs: number): Promise<void>;
  /** Lets podman notice that the process of a container without monitor has gone. */
  cleanup(name: string): Promise<void>;
  signal(name: string, signal: string): Promise<void>;
  /** With force, its storage leftover too; an absent one is fine. Volumes stay, anonymous ones too. */
  remove(nameOrId: string): Promise<void>;
  /** Ends by itself; resolves to its exit code. `leaves`: nobody waits any more. @throws PODMAN_HUNG at the deadline */
  wait(name: string, timeoutMs: number, leaves?: AbortSignal): Promise<number>;
  exec(
    name: string,
    command: readonly string[],
    timeoutMs: number,
  ): Promise<{ readonly exitCode: number; readonly output: string }>;
  connect(network: string, container: string, aliases: readonly string[]): Promise<void>;
  /** Not connected is fine. */
  disconnect(network: string, container: string): Promise<void>;
  tag(image: string, ref: string): Promise<void>;
  /** Id of what was pulled. @throws PODMAN_PULL_FAILED */
  pull(ref: string, timeoutMs: number): Promise<string>;
  /** The name goes, and the image with its last one. Absent is fine. @throws PODMAN_IN_USE */
  removeImage(ref: string): Promise<void>;
  /** Id of what was built. @throws PODMAN_BUILD_FAILED */
  build(draft: BuildDraft): Promise<string>;
  createNetwork(draft: NetworkDraft): Promise<void>;
  removeNetwork(name: string): Promise<void>;
  createVolume(draft: VolumeDraft): Promise<void>;
  createSecret(name: string, source: SecretSource, labels: Readonly<Record<string, string>>): Promise<void>;
  removeSecret(name: string): Promise<void>;
  /** Ends processes of this user's id ranges that nobody watches any more. Gone ones are fine. */
  killOrphan(pid: number): Promise<void>;
  /** Takes away a mount that only this user's namespace has. None there is fine. */
  unmount(path: string): Promise<void>;
}

/** `auto`: REST where it can be had; `cli`: never. */
export type Transport = 'auto' | 'cli';

/** Hands out the client of one call: REST when its socket answers (writers start the service), else CLI. */
export interface PodmanClients {
  reader(host: ReadHost, signal: AbortSignal): Promise<PodmanReader>;
  writer(host: Host, signal: AbortSignal): Promise<PodmanClient>;
}
