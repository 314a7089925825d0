import type { Absence, Event, Instant, Json, Plan, SlotKey } from '@reconcile/core';
import type { TrialWish } from '../confirm/index.ts';
import type { DataOrder, DataResult } from '../data/model.ts';
import type { Loaded } from '../desired/model.ts';
import type { Reached } from '../ingress/reach.ts';
import type { JobResult, Wanted } from '../request/index.ts';
import type { ScopeOptions } from '../subject/index.ts';

/** What one pass is asked to do, as plain data: the same order is carried out here or by a running agent. */
export interface PassOrder {
  /** Narrows every plan of the pass; absent: the whole node. */
  readonly scope?: ScopeOptions;
  /** Hold ids that are released once. */
  readonly confirm?: readonly string[];
  readonly acceptHistory?: boolean;
  /** Only if it is this plan. */
  readonly planId?: string;
  /** What the pass does goes back by itself unless it is confirmed in time (specs/0008-confirm-within.md). */
  readonly trial?: TrialWish;
  /** What is tried stays: the id of its window or the commit, '' whatever it is. Then an ordinary pass. */
  readonly keep?: string;
  /** Bring the source up to date first. */
  readonly fetch?: boolean;
  /** A file that was just changed: the pass begins once the source has it. */
  readonly change?: Wanted;
  readonly request?: PassRequest;
  /** Of a service's data: done under the lock after one look; nothing else is. */
  readonly data?: DataOrder;
  /** Containers of others that are ours from now on; the pass is narrowed to their slots. */
  readonly adopt?: readonly Adoption[];
  /** A service whose addresses are asked by name once nothing is left to do (specs/0035). */
  readonly byName?: string;
}

/** One container taken over: what the ledger is told of it. */
export interface Adoption {
  readonly name: string;
  readonly id: string;
  readonly slot: SlotKey;
  /** What it runs with; where nothing differs, what the definition says. */
  readonly spec: Json;
  readonly specHash: string;
  readonly schema: number;
  readonly aliased: boolean;
  /** Route → the port it is reached by already. */
  readonly leases: Readonly<Record<string, number>>;
}

export type { DataOrder, DataResult };

export interface PassRequest {
  readonly verb: 'restart' | 'retry' | 'run';
  /** A service, component or job that exists. */
  readonly target: string;
  readonly why?: string;
}

/** What came of an order. Plain JSON. */
export interface PassResult {
  /** The plan that was approved, and the one that was left at the end. */
  readonly first: Plan;
  readonly last: Plan;
  /** false: somebody said no, nothing was done. */
  readonly approved: boolean;
  readonly turns: number;
  /** Ids of actions that were carried out. */
  readonly done: readonly string[];
  readonly failed: readonly { readonly id: string; readonly code: string; readonly message: string }[];
  readonly source: PassSource;
  /** Of an order with `byName`, where everything was done. */
  readonly reached?: readonly Reached[];
  /** Of an order with `data`. */
  readonly data?: DataResult;
  /** Of an order with a trial that was begun: how it stands at the end of the pass. */
  readonly trial?: TrialStanding;
  /** Of an order with a request. */
  readonly request?: {
    readonly id: string;
    readonly isOpen: boolean;
    readonly wasHeld?: boolean;
    readonly job?: JobResult;
  };
}

/** A commit that goes back by itself. Plain JSON. */
export interface TrialStanding {
  readonly id: string;
  readonly commit: string;
  readonly previous: string;
  readonly state: 'open' | 'going back' | 'confirmed' | 'reverted';
  /** How long it is still open, ms. */
  readonly leftMs: number;
  /** What going back would not undo, one sentence each. */
  readonly stays: readonly string[];
}

/** What a person has to know about where desired state came from. */
export type PassSource = Pick<Loaded, 'commit' | 'trouble' | 'diagnostics' | 'warnings'> & {
  readonly stages: readonly string[];
  readonly absences: readonly Absence[];
};

/** The plan before its first write: whoever asked may look at it and say no. */
export interface PassAsk {
  readonly plan: Plan;
  readonly observedAt: Instant;
  readonly source: PassSource;
}

/** What a pass tells while it goes on; `result` is the last. */
export type PassProgress =
  | { readonly kind: 'note'; readonly note: PassNote }
  | { readonly kind: 'plan'; readonly ask: PassAsk }
  | { readonly kind: 'event'; readonly event: Event }
  | { readonly kind: 'result'; readonly result: PassResult };

/** `queued`: another pass goes first. `asked`: the request is written down. `behind`: fetching failed, what was fetched last counts. */
export type PassNote =
  | { readonly type: 'queued'; readonly behind: string }
  | { readonly type: 'asked'; readonly id: string; readonly wasHeld?: boolean }
  | { readonly type: 'behind'; readonly problem: string; readonly message: string; readonly hint: string };
