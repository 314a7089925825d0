import type { SourceSnapshot } from '@reconcile/core';
import type { ReadHost } from '@reconcile/host';

/**
 * Why a source gave nothing. Values, not exceptions: whoever asks keeps the last good snapshot and shows this.
 * `Unreachable`: could not be asked (network, deadline). `Missing`: the place, the branch or the commit is not there.
 * `Empty`: there, with nothing in it. `HistoryRewritten`: what was applied last is no ancestor any more. `Corrupt`: damaged.
 * `Denied`: no right to read. `TooLarge`: beyond sourceLimits. `Unsettled`: a directory that is being written right now.
 */
export type SourceProblemCode =
  | 'Unreachable'
  | 'Missing'
  | 'Empty'
  | 'HistoryRewritten'
  | 'Corrupt'
  | 'Denied'
  | 'TooLarge'
  | 'Unsettled';

export interface SourceProblem {
  readonly ok?: undefined;
  readonly problem: SourceProblemCode;
  /** What is wrong, with the place's name. */
  readonly message: string;
  /** What to do about it. */
  readonly hint: string;
}

export type SourceOutcome<T> = { readonly ok: T } | SourceProblem;
export type SourceResult = SourceOutcome<SourceSnapshot>;

export interface SourceContext {
  readonly host: ReadHost;
  readonly signal: AbortSignal;
}

export interface SnapshotOptions {
  /** The commit applied last: the new one must descend from it. */
  readonly lastCommit?: string;
  /** Somebody said that the rewritten history is right. */
  readonly acknowledged?: boolean;
  /** Also look for edits of the work tree that no commit holds. Costs a read of every file there. */
  readonly withEdits?: boolean;
  /** Any commit, for looking only; not the branch, and its history is not judged. Git only. */
  readonly ref?: string;
}

/** Where desired state comes from. It reads only; fetching is `fetchMirror`. */
export interface Source {
  readonly kind: 'git' | 'directory';
  /** The commit a snapshot would have, as cheaply as it can be known: of a plain git repository, three small files. */
  head(cx: SourceContext): Promise<SourceOutcome<string>>;
  /** All files of one commit (or of a settled directory), or a reason why not. @throws RUN_CANCELLED WAIT_CANCELLED */
  snapshot(cx: SourceContext, options?: SnapshotOptions): Promise<SourceResult>;
  /** Calls `onHint` soon after something may have changed. A hint can be missed: whoever needs certainty also polls. */
  watch(cx: SourceContext, onHint: () => void): Promise<void>;
}

export function problem(code: SourceProblemCode, message: string, hint: string): SourceProblem {
  return { problem: code, message, hint };
}
