import type {
  ContainerDraft,
  ImageRow,
  NetworkRow,
  RowState,
  SecretRow,
  VolumeRow,
} from '@reconcile/drivers/podman/client';

/** One container as the stand-in keeps it. */
export interface FakeContainer {
  readonly id: string;
  readonly draft: ContainerDraft;
  readonly imageId: string;
  state: RowState;
  pid: number;
  exitCode: number;
  readonly createdAt: number;
  startedAt: number;
  exitedAt: number;
  readonly networks: Map<string, readonly string[]>;
  readonly output: string[];
}

/** What goes wrong, as configuration of the stand-in: a list of calls, by name, each used up in order. */
export interface FakeFaults {
  /** The next calls of that name give no answer: PODMAN_HUNG, nothing done. */
  hang: string[];
  /** The same, but the work was done. */
  lost: string[];
  /** The next calls of that name answer garbage. */
  garble: string[];
  /** `create` is killed half-way: only the storage half of the container is left. */
  orphan: boolean;
  /** Host ports that somebody else listens on. */
  readonly takenPorts: Set<number>;
}

export interface FakeState {
  readonly containers: Map<string, FakeContainer>;
  /** Name → id of storage leftovers. */
  readonly leftovers: Map<string, string>;
  readonly images: Map<string, ImageRow>;
  readonly networks: Map<string, NetworkRow>;
  readonly volumes: Map<string, VolumeRow>;
  readonly secrets: Map<string, SecretRow & { readonly content: Uint8Array }>;
  /** Live processes: pid → start ticks. */
  readonly processes: Map<number, number>;
  /** Container id → its processes. */
  readonly running: Map<string, { readonly pid: number; readonly monitor: number }>;
}

export function emptyState(): FakeState {
  return {
    containers: new Map(),
    leftovers: new Map(),
    images: new Map(),
    networks: new Map(),
    volumes: new Map(),
    secrets: new Map(),
    processes: new Map(),
    running: new Map(),
  };
}

export function noFaults(): FakeFaults {
  return { hang: [], lost: [], garble: [], orphan: false, takenPorts: new Set() };
}
