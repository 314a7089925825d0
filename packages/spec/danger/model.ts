import type { GuardedPath, GuardedPort } from '@reconcile/core';
import type { ContainerSpec } from '@reconcile/core/kinds/container';

/** Something that could lock the owner out of the machine, or break the node itself. */
export interface Danger {
  /** What `[policy] waive` in node.toml has to name: `mount:/etc`, `port:22`, `command:ufw`. */
  readonly id: string;
  /** What is asked for. */
  readonly what: string;
  /** What could come of it. */
  readonly why: string;
  /** Texts to look for in the file, most telling first, to say which line. */
  readonly needles: readonly string[];
}

/** A host directory that a container mounts, with named volumes seen through. */
export interface HostMount {
  readonly path: string;
  readonly readOnly: boolean;
  /** Texts to look for in the file. */
  readonly needles: readonly string[];
}

/** Everything the rules look at. */
export interface DangerInput {
  readonly service: string;
  readonly spec: ContainerSpec;
  readonly mounts: readonly HostMount[];
  /** Command lines that the definition makes somebody run: its own, its probe's, those of its files. */
  readonly commands: readonly (readonly string[])[];
  /** Logical ports of its routes that have no listener in node.toml: they are bound as they are. */
  readonly listens: readonly number[];
  /** What this node needs for itself. */
  readonly paths: readonly GuardedPath[];
  readonly ports: readonly GuardedPort[];
  /** Data directories of other services here, by the service's name. */
  readonly neighbours: ReadonlyMap<string, readonly string[]>;
}
