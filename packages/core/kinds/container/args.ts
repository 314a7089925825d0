import type { Endpoint } from '../../model/contract.ts';
import type { Instant } from '../../model/json.ts';
import type { ContainerSpec, HealthSpec, PublishedPort } from './spec.ts';

/** Everything `create` needs; nothing is looked up later. */
export interface CreateArgs {
  readonly name: string;
  readonly spec: ContainerSpec;
  readonly specHash: string;
  readonly schema: number;
  /** Declared variables plus `$PORT…`. */
  readonly env: Readonly<Record<string, string>>;
  /** Fixed ports plus leased ones. */
  readonly ports: readonly PublishedPort[];
  /** Aliases to give at once; [] while another container of the slot still answers to them. */
  readonly aliases: readonly string[];
  /** Image id the reference must mean, when it is known; '' otherwise. */
  readonly imageId: string;
}

export interface StartArgs {
  readonly name: string;
  /** The spec it will have been started with: recorded when the start succeeded (files changed in place). */
  readonly spec: ContainerSpec;
  readonly specHash: string;
  readonly schema: number;
  /** When it died, if that is why it is started; counted for backoff. */
  readonly diedAt: Instant | null;
  /** true: puts back what somebody changed by hand; counted for `Contested`. */
  readonly revert: boolean;
}

export interface AwaitArgs {
  readonly name: string;
  readonly health: HealthSpec;
  /** Published address of the probed port; null when none is published (then only the inside is looked at). */
  readonly endpoint: Endpoint | null;
  /** Where the same port is published for UDP; absent: it is not. */
  readonly udp?: Endpoint;
  /** Port inside the container that must be listened on; null when there is none. */
  readonly containerPort: number | null;
  readonly hostNetwork: boolean;
  readonly successes: number;
  readonly minReadyMs: number;
  readonly deadlineMs: number;
  /** A failed gate marks this version bad, because another one is known to be good. */
  readonly replacement: boolean;
  readonly specHash: string;
  readonly imageId: string;
}

export interface DrainArgs {
  readonly name: string;
  /** Host ports whose open connections are waited for. */
  readonly ports: readonly number[];
  readonly drainMs: number;
}

export interface StopArgs {
  readonly name: string;
  readonly timeoutMs: number;
}

/** Before a version that is not proven yet starts, with nobody running on it. */
export interface SnapshotArgs {
  readonly name: string;
  /** Id under which the data is saved; the same step again overwrites it. */
  readonly snapshot: string;
  /** Volumes and host directories. */
  readonly sources: readonly string[];
  /** The version that comes. */
  readonly specHash: string;
}

export interface RestoreArgs {
  readonly name: string;
  readonly snapshot: string;
}

export interface AliasArgs {
  readonly name: string;
  readonly network: string;
  readonly aliases: readonly string[];
}

export interface SignalArgs {
  readonly name: string;
  /** One of the two. */
  readonly signal: string | null;
  readonly command: readonly string[] | null;
  readonly spec: ContainerSpec;
  readonly specHash: string;
  readonly schema: number;
}

export interface DeleteArgs {
  readonly name: string;
  /** Id seen when the plan was made; '' for a leftover known only by name. */
  readonly id: string;
  /** Only a storage record of it is left. */
  readonly leftover: boolean;
  /** true: puts back what somebody changed by hand. */
  readonly revert: boolean;
}
