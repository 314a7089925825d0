import type { ReadHost } from '@reconcile/host';
import type { Registry } from '@reconcile/registry';
import type { NodeConfig } from '../config/model.ts';
import type { Install, Loaded } from './model.ts';

/** What loading this node's desired state goes by. */
export interface LoadInput {
  readonly config: NodeConfig;
  readonly host: ReadHost;
  /** Reading is enough. */
  readonly registry: Registry;
  readonly install: Install;
  readonly signal: AbortSignal;
  /** Any commit, to look at only. */
  readonly ref?: string;
  /** Also say which edits no commit holds; costs a read of the work tree. */
  readonly withEdits?: boolean;
  /** A rewritten history is accepted once: somebody asked for it. */
  readonly acknowledged?: boolean;
  /** A commit that nobody confirmed is taken all the same: somebody asked for it again. */
  readonly again?: boolean;
  /** What this process loaded and applied before: all the same while the source has not moved. */
  readonly known?: Loaded;
  /** What the same command read a moment ago: not parsed again while neither the source nor what was applied has moved. */
  readonly before?: Loaded;
}
