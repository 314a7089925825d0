import type { BootReport, Event, Health, Instant, Plan, Principal, ResourceKey, SlotKey } from '@reconcile/core';
import type { CommitWords, Explanation, NodePast, NodeStanding, ServiceStatus } from '@reconcile/core/render';

// What the JSON API answers, as far as the pages read it. The agent's own types are assigned to these in a test, so that the
// two cannot drift apart; here nothing of the agent can be imported.

/** `GET /api/v1/status`. */
export type NodeDocument = NodeStanding & { readonly past: NodePast; readonly exit: number };

/** `GET /api/v1/services/<name>`. */
export type ServiceDocument = (ServiceStatus | Elsewhere) & { readonly exit: number };

export interface Elsewhere {
  readonly name: string;
  readonly service: string;
}

export type ExplainDocument = Explanation | readonly Explanation[] | (Elsewhere & { readonly node: string });

/** `GET /api/v1/plan`. */
export type PlanDocument = Plan & {
  readonly exit: number;
  readonly lookedAt: Instant;
  readonly source: Partial<CommitWords> & { readonly trouble?: Trouble };
};

export interface Trouble {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

export interface Override {
  readonly verb: 'freeze' | 'stop';
  readonly target: string;
  readonly by: Principal;
  readonly since: Instant;
  readonly until?: Instant;
  readonly why?: string;
}

/** `GET /api/v1/state`. */
export interface AgentState {
  readonly version: string;
  readonly pid: number;
  readonly node: string;
  readonly fleet: string;
  readonly startedAt: Instant;
  readonly phase: 'booting' | 'idle' | 'passing' | 'stopping';
  readonly pass?: { readonly since: Instant; readonly trigger: string; readonly done: number; readonly of: number };
  readonly last?: {
    readonly at: Instant;
    readonly tookMs: number;
    readonly trigger: string;
    readonly outcome: 'converged' | 'pending' | 'held' | 'failed';
    readonly done: number;
    readonly failures: readonly { readonly id: string; readonly code: string; readonly message: string }[];
    readonly problem?: Trouble;
  };
  readonly passes: number;
  readonly source: Partial<CommitWords> & { readonly checkedAt: Instant; readonly problem?: Trouble };
  readonly overrides: readonly Override[];
  readonly problems: Readonly<Record<string, Trouble>>;
  readonly wakeAt?: Instant;
  readonly vitals: {
    readonly rss: number;
    readonly heapUsed: number;
    readonly cpuMs: number;
    readonly loopDelayMs: { readonly p50: number; readonly p99: number; readonly max: number };
  };
  readonly boot: BootReport;
}

export interface HealthSample {
  readonly at: Instant;
  readonly ok: boolean;
  readonly latencyMs: number;
  readonly message?: string;
}

/** An element of `GET /api/v1/health`. */
export interface SlotHealth {
  readonly slot: SlotKey;
  readonly key: ResourceKey;
  readonly state: Health | 'flapping';
  readonly since: Instant;
  readonly samples: readonly HealthSample[];
}

interface Leaf {
  readonly names: readonly string[];
  readonly notAfter: Instant;
}

export interface CertificateRow {
  readonly name: string;
  readonly issuer: string;
  readonly owner: 'ours' | 'foreign';
  readonly configured: Leaf | null;
  readonly served: Leaf | null;
  readonly renewAt: Instant | null;
  readonly state: string;
  readonly isWell: boolean;
}

export interface HistoryEntry {
  readonly at: Instant;
  readonly slot: SlotKey;
  readonly what: string;
  readonly commit: string;
  readonly from: string;
  readonly to: string;
  readonly why: string;
  readonly by: Principal;
}

export interface StoredEvent {
  readonly id: number;
  readonly event: Event;
}

/** `GET /api/v1/me`. */
export interface Me {
  readonly principal: Principal;
  readonly role: 'admin' | 'user' | 'guest';
  readonly csrf: string;
}

export interface LogChunk {
  readonly slot: SlotKey;
  readonly container: string | null;
  readonly at: string;
  readonly text: string;
}
