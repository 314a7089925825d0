import type { Instant } from './json.ts';

/** Something about the source that a person should know and that changes nothing: uncommitted edits, ignored files. */
export interface SourceWarning {
  readonly code: 'Uncommitted' | 'Ignored' | 'Symlink' | 'Submodule' | 'Unsettled' | 'BadName';
  readonly path: string;
  readonly message: string;
}

/** All files of one commit (or of one settled directory state), and nothing else. Immutable. */
export interface SourceSnapshot {
  readonly source: 'git' | 'directory';
  /** Git: the full commit id. Directory: hash over paths and contents, 40 hex digits. */
  readonly commit: string;
  readonly message: string;
  readonly author: string;
  readonly at: Instant;
  /** Path below the fleet's root, `/`-separated → content. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** From `Reconcile-Allow: remove …` trailers of the commits since the last applied one. */
  readonly allows: readonly string[];
  readonly warnings: readonly SourceWarning[];
}

/**
 * Placement by a master: which services run where. It sends placement only, never definitions. Absent without a master.
 * An older epoch or generation is refused.
 */
export interface Assignment {
  readonly fleet: string;
  readonly epoch: number;
  readonly generation: number;
  readonly commit: string;
  readonly services: Readonly<Record<string, string>>;
}

/** One problem of a definition, with the place it stands at. All problems of a snapshot are reported together. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly file: string;
  /** 1-based; 0 = the file as a whole. */
  readonly line: number;
  readonly column: number;
  /** TOML path with names rather than indexes: `components.web.routes.rest.port`. */
  readonly path: string;
  readonly message: string;
  /** What would be right, or what to do: the nearest key, the table it belongs to. */
  readonly hint?: string;
}
