import type { Desired, Diagnostic, Instant, SourceSnapshot, SourceWarning } from '@reconcile/core';

/** What came with this program: found by the command line, needed wherever definitions are read. */
export interface Install {
  /** Tells builds apart, so that nothing compiled by another one is used; undefined: nothing compiled is kept. */
  readonly buildId?: string;
  /** File of the parser's worker; undefined where TypeScript can be loaded. */
  readonly specWorker?: string;
  /** SQLite's native half, for a packed install. */
  readonly nativeBinding?: string;
  /** Node and the file it was given, as they were called; undefined where it runs from its sources. */
  readonly program?: readonly [string, string];
}

/** Why the newest state of the source is not what runs. */
export interface SourceTrouble {
  /** A source problem's code, or `Invalid`. */
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** One commit, as people know it. */
export interface CommitInfo {
  readonly commit: string;
  readonly message: string;
  readonly author: string;
  readonly at: Instant;
}

/** A snapshot that was read, judged and compiled just now. */
export interface Fresh {
  readonly snapshot: SourceSnapshot;
  readonly compiled: string;
  /** The commit that was applied before, against which its history was judged. */
  readonly after: string | undefined;
}

/** Desired state of this node, and how we came by it. */
export interface Loaded {
  /** undefined: the source gave nothing usable and there is no last good snapshot. */
  readonly desired: Desired | undefined;
  readonly commit: CommitInfo | undefined;
  /** Set when `desired` is the last good snapshot, or missing. */
  readonly trouble: SourceTrouble | undefined;
  /** Errors of the refused snapshot, or warnings of the accepted one. */
  readonly diagnostics: readonly Diagnostic[];
  readonly warnings: readonly SourceWarning[];
  /** What a writer should keep: read and found good just now. */
  readonly fresh: Fresh | undefined;
}
