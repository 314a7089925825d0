import type { Event, Instant, Principal, ResourceKey, SlotKey } from '@reconcile/core';
import type {
  CertificatesDocument,
  EventsDocument,
  ExplainDocument,
  HistoryDocument,
  NodeDocument,
  PlanDocument,
  RecordsDocument,
  RoutesDocument,
  ServiceDocument,
  ServicesDocument,
} from './documents.ts';
import type { ExecInput, ExecOrder, ExecOutput } from './exec.ts';
import type { PassAsk, PassOrder, PassProgress } from './order.ts';
import type { AgentState, Override, SlotHealth } from './state.ts';

/** Who asks, and until when they want to know. */
export interface Caller {
  readonly by: Principal;
  readonly signal: AbortSignal;
}

/**
 * What a running agent can be asked, whatever carries the question (a unix socket, HTTP). It does not decide who may: that is
 * the carrier's, before it calls. Errors are FleetErrors. Documents are what the commands print with `-o json`, of the last
 * look, which is never older than the resync interval.
 */
export interface AgentService {
  state(of: Caller): Promise<AgentState>;
  node(of: Caller): Promise<NodeDocument>;
  /** Of all, or of some names. @throws NO_SERVICE */
  services(of: Caller, names?: readonly string[]): Promise<ServicesDocument>;
  /** @throws NO_SERVICE */
  service(of: Caller, name: string): Promise<ServiceDocument>;
  /** @throws NO_SERVICE */
  explain(of: Caller, name: string): Promise<ExplainDocument>;
  /** `fresh`: looks now instead of telling of the last look. @throws SOURCE_NOTHING */
  plan(of: Caller, query?: { readonly fresh?: boolean }): Promise<PlanDocument>;
  routes(of: Caller): Promise<RoutesDocument>;
  certificates(of: Caller): Promise<CertificatesDocument>;
  records(of: Caller): Promise<RecordsDocument>;
  history(of: Caller, query?: PastQuery): Promise<HistoryDocument>;
  events(of: Caller, query?: PastQuery): Promise<EventsDocument>;
  /** Everything that happens from now on, until `signal` fires. `after`: first what came since that seq, as far as it is kept. */
  watch(of: Caller, query?: { readonly after?: number }): AsyncIterable<AgentEvent>;
  /** @throws NO_SERVICE */
  logs(of: Caller, query: LogsQuery): AsyncIterable<LogChunk>;
  /** undefined: nothing probes that slot. */
  health(of: Caller, slot: SlotKey): Promise<SlotHealth | undefined>;
  /** Of every slot, each with its newest `samples` only. */
  healthOfAll(of: Caller, query: { readonly samples: number }): Promise<readonly SlotHealth[]>;
  /**
   * Queues a pass and follows it. `approve` is asked once about the plan, before the first write; without one it is approved (an
   * order with `planId` is done only if it is that plan). A caller who goes away does not stop what was approved.
   * @throws PLAN_MOVED SOURCE_NOTHING REQUEST_UNKNOWN AGENT_STOPPING
   */
  apply(of: Caller, order: PassOrder, approve?: (ask: PassAsk) => Promise<boolean>): AsyncIterable<PassProgress>;
  /**
   * Runs a program inside a container; `input` is what it reads. A caller who goes away hangs up. @throws NO_SERVICE EXEC_WHERE
   */
  exec(of: Caller, order: ExecOrder, input: AsyncIterable<ExecInput>): AsyncIterable<ExecOutput>;
  /** Writes an override down, or ends one; the next pass goes by it. @throws REQUEST_UNKNOWN */
  override(of: Caller, order: OverrideOrder): Promise<readonly Override[]>;
  /** Reads node.toml again. @throws CONFIG_INVALID: the old one stays */
  reload(of: Caller): Promise<void>;
}

export interface PastQuery {
  /** A slot, or a service: then of all its slots. */
  readonly name?: string;
  /** The newest this many. */
  readonly limit?: number;
  /** Events only: with a greater id. */
  readonly after?: number;
}

export type OverrideOrder =
  | {
      readonly verb: 'freeze' | 'stop';
      /** A service; '' with `freeze`: the whole node. */
      readonly target: string;
      readonly forMs?: number;
      readonly why?: string;
    }
  /** Ends freezes (`thaw`) or a local stop (`start`) of the target; `thaw` of '' ends all freezes. */
  | { readonly verb: 'thaw' | 'start'; readonly target: string };

/** Something that happened. `seq` grows within one run of the agent (`run` tells runs apart). */
export type AgentEvent = { readonly seq: number; readonly run: string; readonly at: Instant } & AgentNews;

export type AgentNews =
  /** Of the engine; the same goes to the registry. */
  | { readonly kind: 'event'; readonly event: Event }
  | {
      readonly kind: 'health';
      readonly slot: SlotKey;
      readonly key: ResourceKey;
      readonly from: SlotHealth['state'];
      readonly to: SlotHealth['state'];
      readonly message: string;
    }
  /** The agent's own state changed: ask `state`. */
  | { readonly kind: 'state'; readonly phase: AgentState['phase'] }
  /** Documents changed: a look saw something else than the one before. */
  | { readonly kind: 'look'; readonly lookedAt: Instant }
  /** This reader was too slow: so many were left out. Ask for the documents again. */
  | { readonly kind: 'lost'; readonly count: number };

export interface LogsQuery {
  /** A service, component or job. */
  readonly name: string;
  readonly follow?: boolean;
  readonly previous?: boolean;
  /** The newest this many of each; absent: all. */
  readonly tail?: number;
  /** RFC 3339. */
  readonly since?: string;
}

/** One line that a program printed; `at` '' where it is not known. */
export interface LogChunk {
  readonly slot: SlotKey;
  readonly container: string | null;
  readonly at: string;
  readonly text: string;
}
