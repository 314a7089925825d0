import type { Event, Principal, Wait } from '@reconcile/core';
import type { Host } from '@reconcile/host';
import type { NodeConfig } from '../config/model.ts';
import type { Install, Loaded } from '../desired/model.ts';
import type { PassInput } from '../pass/as-writer.ts';
import type { PassAsk, PassNote } from '../service/order.ts';

/** Where an order is carried out, and for whom. */
export interface OrderContext {
  readonly config: NodeConfig;
  readonly host: Host;
  readonly install: Install;
  readonly signal: AbortSignal;
  readonly by: Principal;
  readonly patient: (wait: Wait) => boolean;
  /** What was read from the source a moment ago. */
  readonly before?: Loaded;
  /** What was seen of the node a moment ago, with nobody writing since. */
  readonly seen?: PassInput['seen'];
  readonly failpoint?: string;
}

/** Whoever gave the order hears of it as it goes on. */
export interface OrderListener {
  note(note: PassNote): void;
  event(event: Event): void;
  /** Once, before the first write. */
  approve(ask: PassAsk): Promise<boolean>;
}
