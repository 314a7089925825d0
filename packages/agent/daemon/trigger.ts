import type { Host } from '@reconcile/host';
import type { NodeConfig } from '../config/model.ts';
import type { Problem, TriggerName } from '../service/state.ts';

/** What a trigger has: where it listens, and whom it tells. Everything it tells is a hint; looking finds the truth. */
export interface TriggerContext {
  readonly config: NodeConfig;
  readonly host: Host;
  /** Fires when the agent ends, or with another configuration begins anew. */
  readonly signal: AbortSignal;
  hint(of: TriggerName): void;
  /** Something happened to this container (runtime id). */
  hintContainer(id: string): void;
  /** What it cannot do for now, by the name that the state shows; undefined: it can again. */
  problem(name: string, problem: Problem | undefined): void;
}

/** A time to look again whether what could not be watched can be now. */
export interface Rearm {
  rearm(): void;
}
