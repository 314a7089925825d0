import type { Host } from '@reconcile/host';
import type { Registry } from '@reconcile/registry';
import type { NodeConfig } from '../config/model.ts';
import type { Install } from '../desired/model.ts';
import type { LastLook } from './last-look.ts';
import type { News } from './news.ts';
import type { Warm } from './warm.ts';

/** What a pass of the agent needs of it. `config` and `warm` change with a reload. */
export interface NodeParts {
  readonly config: NodeConfig;
  readonly warm: Warm;
  readonly host: Host;
  readonly install: Install;
  readonly registry: Registry;
  readonly news: News;
  /** Fires once the agent is to end. */
  readonly stop: AbortSignal;
  readonly resyncMs: number;
  readonly failpoint: string | undefined;
  /** What hints ask for, inside ordered work. */
  giveWay(): Promise<void>;
  looked(look: LastLook): void;
  passed(of: { readonly hasActed: boolean }): void;
  /** Nothing can be written any more. */
  fatal(error: unknown): void;
}
