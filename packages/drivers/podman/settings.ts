import type { ContainerRow, PodmanClients, Transport } from './client/contract.ts';

/** What the podman driver needs to know of this node; paths are absolute. */
export interface PodmanSettings {
  readonly stateDir: string;
  /** Node files of secrets, one per name. */
  readonly secretsDir: string;
  /** Copies of mounted files, one directory per container. */
  readonly filesDir: string;
  /** Those with secrets in them: in memory. undefined: this machine has no such place. */
  readonly filledDir: () => Promise<string | undefined>;
  /** Last output of removed containers and of job runs. */
  readonly logsDir: string;
  /** Host directories that definitions may mount (node.toml `[policy] mounts`). */
  readonly policyMounts: readonly string[];
  /** Key of the secrets' HMAC; undefined while the node has none (before its first write). */
  readonly nodeKey: () => Promise<Uint8Array | undefined>;
  /** A secret's value from what the repository has of it (specs/0046): decrypted in memory. @throws SECRET_SEALED */
  readonly unseal?: (name: string, hash: string) => Promise<Uint8Array>;
  /** Has this node a key that opens such values, whichever it may be? Absent: as if it had. */
  readonly canUnseal?: () => Promise<boolean>;
  /** `auto`: REST where it can be had, else CLI (specs/0015). */
  readonly transport?: Transport;
  readonly pullTimeoutMs?: number;
  readonly buildTimeoutMs?: number;
  /** A list of containers that was asked for just now: the first look takes it instead of asking again. */
  readonly listed?: Promise<readonly ContainerRow[]> | undefined;
  /** Instead of real podman: tests. */
  readonly clients?: PodmanClients;
}
