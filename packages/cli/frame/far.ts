import type { AgentService } from '@reconcile/agent/service';

/** The agent of another machine (`-H`): it answers instead of this one's. */
export interface Far {
  /** What it calls itself; what the caller calls it where it would not say. */
  readonly node: string;
  /** How it is reached, for people: `ssh ops@rift`. */
  readonly through: string;
  readonly service: AgentService;
}
