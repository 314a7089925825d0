import type { Retry } from './error.ts';
import type { History, Pin, SlotHistory } from './history.ts';
import type { Instant, Json } from './json.ts';
import type { Health, Observed, ObservedResource, Problem } from './observed.ts';
import type { Action, ActionId, FieldChange, HoldCode, Phase, Reason, Risk, Verb, WaitCode } from './plan.ts';
import type { Claim, Desired, Kind, Reference, Resource, ResourceKey, SlotKey } from './resource.ts';

// The pure contract ------------------------------------------------------

/** What desired against observed comes to. `update` works in place; `replace` makes a new key; `rebuild` remakes this key. */
export type Comparison =
  /** `asks`: it would be changed if a person said so; until then it is as it should be, and nobody who needs it waits. */
  | { readonly verdict: 'same'; readonly asks?: Ask }
  /** Absent: make it. Only asked when nothing of that key is observed. */
  | { readonly verdict: 'make'; readonly asks?: Ask }
  /** `how` is the kind's own word to its `steps`; the planner only hands it on. */
  | {
      readonly verdict: 'update';
      readonly fields: readonly FieldChange[];
      readonly reason: Reason;
      readonly how: string;
      /** It is not for us to decide: held until a person releases it. */
      readonly asks?: Ask;
    }
  | { readonly verdict: 'replace'; readonly fields: readonly FieldChange[] }
  | { readonly verdict: 'rebuild'; readonly fields: readonly FieldChange[]; readonly reason: Reason }
  | {
      readonly verdict: 'blocked';
      readonly code: WaitCode;
      readonly on: string;
      readonly message: string;
      readonly until?: Instant;
    };

/** What a person is asked before something is done; `id` is that of the hold, the same for the same question. */
export interface Ask {
  readonly code: HoldCode;
  readonly id: string;
  readonly message: string;
}

/** Where a container's named port can be reached from this node. */
export interface Endpoint {
  readonly ip: string;
  readonly port: number;
}

/** What a kind may look at while it decides: the rest of the world, already read. */
export interface KindView {
  readonly desired: Desired;
  readonly observed: Observed;
  readonly history: History;
  readonly now: Instant;
  /** The key a slot is bound to in this plan (existing or to be made), undefined when the slot has none. */
  bound(slot: SlotKey): ResourceKey | undefined;
  /** All bound keys below a component: `mcr/web` → its replicas. */
  members(slot: SlotKey): readonly SlotKey[];
  /** Port leased to `container/route` in this plan. */
  lease(container: ResourceKey, route: string): number | undefined;
  /** The same, by the lease's own key. */
  leased(lease: ResourceKey): number | undefined;
  /** Where a slot's route is reachable once its bound container runs. */
  endpoint(slot: SlotKey, route: string): Endpoint | undefined;
  /** Where a slot's route is reachable right now, whoever fills the slot. */
  standing(slot: SlotKey, route: string): readonly Endpoint[];
  /** Does a socket that none of our running things accounts for stand in the way of a port? */
  isTaken(port: Claim): boolean;
  pin(ref: string): Pin | undefined;
  slot(slot: SlotKey): SlotHistory | undefined;
}

/** How a container of a slot comes and goes in this plan; decided by plan/rollout.ts, read by `steps`. */
export type Rollout = 'start-first' | 'stop-first';

/** What classify decided for one resource; `steps` turns it into verbs. */
export interface Turn<S = Json, St = Json, C = Json> {
  readonly type: 'same' | 'make' | 'update' | 'rebuild' | 'stop' | 'retire';
  readonly key: ResourceKey;
  readonly slot: SlotKey;
  readonly desired?: Resource<S, C>;
  readonly observed?: ObservedResource<St>;
  readonly fields: readonly FieldChange[];
  readonly reason: Reason;
  /** `how` of the comparison, for an update. */
  readonly how?: string;
  /** make: another container of the slot runs meanwhile. retire: a successor takes over. */
  readonly rollout?: Rollout;
  readonly successor?: ResourceKey;
  /** This resource's stop was moved to phase `release`, because somebody needs what it holds. */
  readonly released?: boolean;
  /** Slots among its references that stop before they come back: a route parks for them. */
  readonly parking?: readonly SlotKey[];
  /** None of those comes back in this plan: it stays parked. */
  readonly staysParked?: boolean;
}

/** One verb of a turn, before edges are drawn. */
export interface Step {
  readonly verb: Verb;
  readonly phase: Phase;
  readonly args: Json;
  readonly risk: Risk;
  readonly timeoutMs: number;
  readonly reason?: Reason;
}

/** A resource that belongs to one made container: a port lease, a file copy. Derived once the container's key is known. */
export interface PartRequest {
  readonly kind: Kind;
  /** Name below the container: `port-lease/<container>/<name>`. */
  readonly name: string;
  readonly spec: Json;
  readonly specHash: string;
  readonly care?: Json;
}

/**
 * The pure half of a resource kind (core/kinds/<kind>/). It is given no I/O, so it can have none.
 * Law, checked by the contract suite: observe() after apply(a) equals effect(a) on observe() before, on `compared` facts.
 */
export interface KindDefinition<S = Json, St = Json, C = Json> {
  readonly kind: Kind;
  /** Schema version written beside a recorded spec. */
  readonly version: number;
  /** true: takes part in boot stages. */
  readonly staged: boolean;
  /** true: one key for life, changed by `update`. false: a changed spec is a new key. */
  readonly mutable: boolean;
  /** true: without a driver it is shown as unmanaged and counts as ready. false: what needs it waits `NotSupported`. */
  readonly optional: boolean;
  /** true: an observed one of ours that nothing wants is removed. Volumes are not. */
  readonly retires: boolean;
  /** Stays although nothing wants it any more. Absent: it does not. */
  keeps?(observed: ObservedResource<St>, view: KindView): boolean;
  /** true: removing it only tidies up. Planned while nothing waits or is held, done after everything else went well. */
  readonly tidies?: boolean;
  /** It lives and goes with one resource of that kind: `<kind>/<owner's name>/<part>`. */
  readonly partOf?: Kind;
  /** true: exists only while something that is managed refers to it. */
  readonly onDemand?: boolean;
  /** true: while a slot it refers to is stopped and comes back, it parks: requests wait. */
  readonly parks?: boolean;
  /**
   * Which table `[drivers.<…>]` of node.toml runs this one, where a kind has several drivers at once (a zone, an issuer). On a
   * node whose `served` names providers of the kind, one that is not among them is unmanaged. Absent: any driver of the kind.
   */
  provider?(spec: S): string;
  /**
   * Why the driver of this node cannot run this one, for people; undefined: it can. It is then unmanaged. The agent adds it to a
   * kind whose driver can do less than another.
   */
  declines?(resource: Resource<S, C>, desired: Desired): string | undefined;
  /** Brings a spec recorded by an older version to today's fields and defaults; undefined when it cannot be understood. */
  upgrade(recorded: Json, from: number): S | undefined;
  references(spec: S): readonly Reference[];
  claims(spec: S): readonly Claim[];
  compare(desired: Resource<S, C>, observed: ObservedResource<St> | undefined, view: KindView): Comparison;
  /** Is what is observed good enough for those who refer to it? Only asked when `compare` finds nothing to make. */
  ready(desired: Resource<S, C>, observed: ObservedResource<St>): boolean;
  /** When what is observed, and all right now, will have to be looked at again: a certificate is renewed before its end. */
  wakeAt?(desired: Resource<S, C>, observed: ObservedResource<St>): Instant | undefined;
  /** Verbs in local order. */
  steps(turn: Turn<S, St, C>, view: KindView): readonly Step[];
  /** The resource once the step is done, or `gone`. `before` is undefined when it did not exist. */
  effect(action: Action, before: ObservedResource<St> | undefined, observed: Observed): ObservedResource<St> | 'gone';
  /** `observed`: the container as it stands, whose copies may be meant to stay as they are. */
  parts?(resource: Resource<S, C>, observed: ObservedResource<St> | undefined): readonly PartRequest[];
  /** Does an observed one hold its claims right now? Absent: always. */
  holds?(observed: ObservedResource<St>): boolean;
  /** One that does not hold its claims in earnest: may a process of its past still hold them? Removing it ends that. Absent: no. */
  lingers?(observed: ObservedResource<St>): boolean;
  /** Ports an observed one has leased, read off the thing itself; used when the ledger lost them. */
  leased?(observed: ObservedResource<St>): Readonly<Record<string, number>>;
  /** Where `route` of this container is reachable, given its leased port. */
  endpoint?(spec: S, route: string, leased: number | undefined): Endpoint | undefined;
  /** The image reference this resource runs, so that known-bad and pins can be told apart by image. */
  image?(spec: S): string | undefined;
}

/** What `plan` gets: everything, and nothing else. Pure: no clock, no random, no I/O. */
export interface PlanInput {
  readonly desired: Desired;
  readonly observed: Observed;
  readonly kinds: readonly KindDefinition[];
  readonly history: History;
  readonly now: Instant;
  /** Kinds that a driver on this node runs; where only some providers of a kind are there, each as `<kind>:<provider>` too. */
  readonly served: readonly string[];
}

// The effectful contract --------------------------------------------------

/** What the registry knows of one container we made: read at the start of a cycle, handed to observers. */
export interface ContainerRecord {
  readonly name: string;
  /** Runtime id; '' while only intended. */
  readonly id: string;
  readonly slot: SlotKey;
  readonly spec: Json;
  readonly specHash: string;
  readonly schema: number;
  /** Network aliases were given (they cannot be listed cheaply). */
  readonly aliased: boolean;
  /** Health as last probed, for those who may not probe. */
  readonly health?: { readonly state: Health; readonly at: Instant };
}

/** An image that we pulled or built under this reference. */
export interface ImageRecord {
  readonly imageId: string;
  /** Whom it was for. */
  readonly services: readonly string[];
  readonly at: Instant;
}

/** A directory with data, by its identity; `nonEmpty` once there was something in it. */
export interface DataRecord {
  readonly identity: string;
  readonly nonEmpty: boolean;
}

/** The registry's facts that observers and drivers may use; a plain read, never a handle. */
export interface LedgerView {
  readonly containers: Readonly<Record<string, ContainerRecord>>;
  /** `port-lease/<container>/<route>` → port. */
  readonly leases: Readonly<Record<ResourceKey, number>>;
  readonly pins: Readonly<Record<string, Pin>>;
  /** By reference. */
  readonly images?: Readonly<Record<string, ImageRecord>>;
  /** Secret name → HMAC of the content it was last made from. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Volume name or path → whose data it held when it was seen, or taken for good, last (specs/0017). */
  readonly volumes: Readonly<Record<string, DataRecord>>;
  /** Job slot → mark of its last finished run. */
  readonly jobs: Readonly<Record<SlotKey, JobMark>>;
  /** Anything a driver keeps for itself between passes (observation caches), by driver and name. */
  readonly notes: Readonly<Record<string, Json>>;
}

/** A finished run of a job: `mark` says for what (spec, image, boot), so that it runs once for each. */
export interface JobMark {
  readonly mark: string;
  readonly exitCode: number;
  readonly startedAt: Instant;
  readonly finishedAt: Instant;
}

/** What an action left to be written down, in the same transaction as its tick: ids, digests, exit codes. */
export type Facts = Readonly<Record<string, Json>>;

/** Structured log of one driver call; a rendering of events, never secrets. */
export interface Log {
  debug(message: string, fields?: Readonly<Record<string, Json>>): void;
  warn(message: string, fields?: Readonly<Record<string, Json>>): void;
}

/** What a cycle hands to every observer call. `H` is the host: reading half for observers, whole for drivers. */
export interface ObserveContext<H> {
  readonly host: H;
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly node: string;
  readonly fleet: string;
  readonly bootId: string;
  readonly now: Instant;
  readonly desired: Desired;
  readonly ledger: LedgerView;
}

export interface ApplyContext<H> extends ObserveContext<H> {
  /**
   * Fires when the pass gives way: a driver that only waits for what goes on by itself (a job's run) leaves it, by throwing the
   * signal's reason; the next pass comes back to it. What changes something is finished. Absent: nothing is left.
   */
  readonly leaves?: AbortSignal;
}

/** Result of observing one driver's kinds. `notes` are kept for the next pass, only when they changed. */
export interface Observation {
  readonly resources: readonly ObservedResource[];
  readonly notes?: Readonly<Record<string, Json>>;
}

/**
 * The reading half of a driver: what the dry run is built from.
 * `observe` reads only, and gives all of its kinds or throws: never a partial list.
 */
export interface Observer<H> {
  readonly name: string;
  readonly serves: readonly Kind[];
  observe(cx: ObserveContext<H>): Promise<Observation>;
}

/** Where a container's process lives, for probes that must look inside. */
export interface Locus {
  readonly running: boolean;
  readonly pid: number;
  readonly exitCode?: number;
  readonly startedAt?: Instant;
  /** Runtime id: whoever made it again by hand, the gate learns which one it is. */
  readonly id?: string;
  /** Names it answers to on its networks. */
  readonly aliases?: readonly string[];
}

export interface ProbeResult {
  readonly healthy: boolean;
  readonly message: string;
  readonly durationMs: number;
}

/**
 * The effectful half (drivers/<system>/). `apply` is idempotent: safe to repeat, safe to resume after being stopped
 * anywhere. It never decides whether; that is the planner's.
 */
export interface Driver<R, H extends R = R> extends Observer<R> {
  apply(cx: ApplyContext<H>, action: Action): Promise<Facts | undefined>;
  /** After what `apply` left is written down: what was only kept in case it would not be. May never be called. */
  settled?(cx: ApplyContext<H>, action: Action): Promise<void>;
  /** Before the first write of a process: refuses (throws) when writing would be unsafe. */
  preflight?(cx: ApplyContext<H>): Promise<Facts | undefined>;
  /** Exec probe, run inside the container. */
  exec?(cx: ApplyContext<H>, key: ResourceKey, command: readonly string[], timeoutMs: number): Promise<ProbeResult>;
  locate?(cx: ObserveContext<R>, key: ResourceKey): Promise<Locus>;
  /** Output of a container, newest last; for the reason of a failed gate. */
  tail?(cx: ObserveContext<R>, key: ResourceKey, lines: number): Promise<readonly string[]>;
}

/** How an action failed. */
export interface ActionFailure {
  readonly code: string;
  readonly message: string;
  /** Only of `await`: the gate's deadline passed, or the process ended while it was open. */
  readonly expired: boolean;
  /** Of the error; absent: `backoff`. */
  readonly retry?: Retry;
}

/**
 * Writes intents down before their effect and ticks them off after it. The port is here; `agent` wires it to the registry.
 * All three are atomic and durable when they resolve.
 */
export interface Journal {
  begin(actions: readonly Action[]): Promise<void>;
  done(action: Action, facts: Facts | undefined, at: Instant): Promise<void>;
  failed(action: Action, failure: ActionFailure, at: Instant): Promise<void>;
}

export type { ActionId, Problem };
