import type { Instant } from '@reconcile/core';

/** One volume or host directory: its name in definitions, and the directory it is on this machine. */
export interface DataSource {
  readonly name: string;
  readonly path: string;
}

/** How the data held still: nobody ran, everybody was frozen, or the service's own hook wrote down what counts. */
export type SnapshotHow = 'stopped' | 'paused' | 'hook';

/** What a snapshot is of. */
export interface SnapshotOf {
  /** Service, or slot of an update: `notes`, `notes/web`. */
  readonly subject: string;
  readonly node: string;
  readonly how: SnapshotHow;
  /** For people: who asked, or which version comes. */
  readonly why: string;
}

/** Written beside the archive when that is complete: a snapshot without one is none. */
export interface Manifest extends SnapshotOf {
  readonly version: 1;
  readonly id: string;
  readonly at: Instant;
  /** Where each source lies in the archive: a path without a leading slash. */
  readonly sources: readonly { readonly name: string; readonly member: string }[];
  /** Of all files, unpacked. */
  readonly bytes: number;
  readonly archive: { readonly bytes: number; readonly sha256: string };
  /** Path in the archive → SHA-256 of its content, hex; '' for what has none (directories, links, pipes). */
  readonly entries: Readonly<Record<string, string>>;
}

/** Names inside a source that are ours, and in no snapshot: what is being restored, and what was moved aside for it. */
export const workDir = '.reconcile-restore';
export const asideDir = '.reconcile-aside';
