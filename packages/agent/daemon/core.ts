import type { Event, Instant, Principal, SlotKey } from '@reconcile/core';
import type { ContainerState } from '@reconcile/core/kinds/container';
import { Loop } from '@reconcile/engine';
import type { Host } from '@reconcile/host';
import { addEvents, listOverrides, type Registry } from '@reconcile/registry';
import type { NodeConfig } from '../config/model.ts';
import type { Install } from '../desired/model.ts';
import { Notifier } from '../notify/index.ts';
import { carryOutOrder, type OrderListener } from '../order/index.ts';
import { sayOverride } from '../override/index.ts';
import type { Writer } from '../pass/writer.ts';
import type { OverrideOrder } from '../service/contract.ts';
import type { PassOrder, PassResult } from '../service/order.ts';
import type { AgentPhase, AgentState, Override, Problem, SlotHealth, TriggerName } from '../service/state.ts';
import { fail } from './errors.ts';
import { CompanionWatch } from './health/companion-watch.ts';
import { HealthMonitor } from './health/monitor.ts';
import type { LastLook } from './last-look.ts';
import { News } from './news.ts';
import type { NodeParts } from './node-parts.ts';
import { Passes } from './passes.ts';
import { Schedules } from './schedules.ts';
import { stateOf } from './state-of.ts';
import { VitalSigns } from './vitals.ts';
import { type Warm, warmParts } from './warm.ts';
import { Watches } from './watches.ts';

export interface CoreInput {
  readonly config: NodeConfig;
  readonly host: Host;
  readonly install: Install;
  readonly version: string;
  readonly writer: Writer;
  readonly failpoint?: string;
  /** Another process is the writer now, or the registry cannot be written: this one has to end. */
  fatal(error: unknown): void;
}

/** Looks are never older than this, ms. */
export const resyncMs = 30_000;

/** A wait that an order sits out, ms: nothing that others would have to wait for. */
const shortWaitMs = 5_000;

/** The running agent: one writer, one loop, everything that wakes it, and what it knows. */
export class AgentCore implements NodeParts {
  readonly host: Host;
  readonly install: Install;
  readonly registry: Registry;
  readonly version: string;
  readonly news: News;
  readonly passes: Passes;
  readonly startedAt: Instant;
  readonly resyncMs = resyncMs;
  readonly failpoint: string | undefined;
  readonly #input: CoreInput;
  readonly #stop = new AbortController();
  readonly #vitals = new VitalSigns();
  readonly #loop: Loop<TriggerName>;
  readonly #problems = new Map<string, Problem>();
  readonly #health: HealthMonitor;
  readonly #companions: CompanionWatch;
  readonly #schedules: Schedules;
  readonly #notifier: Notifier;
  readonly #watches: Watches;
  #config: NodeConfig;
  #warm: Warm;
  #names = new Map<string, string>();
  #sourceAskedAt: Instant = 0;
  #wakeAt: Instant | undefined;

  private constructor(input: CoreInput, warm: Warm) {
    this.#input = input;
    this.#config = input.config;
    this.#warm = warm;
    this.host = input.host;
    this.install = input.install;
    this.registry = input.writer.registry;
    this.version = input.version;
    this.failpoint = input.failpoint;
    this.startedAt = input.host.clock.now();
    this.news = new News(input.host.ids.random().slice(0, 8), () => input.host.clock.now());
    this.passes = new Passes(this);
    this.#health = new HealthMonitor({ node: this, hint: () => this.hint('health') });
    this.#companions = new CompanionWatch({
      host: this.host,
      hintContainer: (id) => this.hintContainer(id),
      lost: (id, message) => this.#health.lost(id, message),
      problem: (name, problem) => this.problem(name, problem),
    });
    this.#schedules = new Schedules({
      host: this.host,
      registry: this.registry,
      hint: () => this.hint('schedule'),
      problem: (name, problem) => this.problem(name, problem),
      fatal: (error) => this.fatal(error),
    });
    this.#notifier = new Notifier({
      host: this.host,
      registry: this.registry,
      config: () => this.#config,
      problem: (name, problem) => this.problem(name, problem),
    });
    this.#watches = new Watches({
      host: this.host,
      hint: (of) => this.hint(of),
      hintContainer: (id) => this.hintContainer(id),
      problem: (name, problem) => this.problem(name, problem),
    });
    this.#loop = new Loop<TriggerName>({
      clock: input.host.clock,
      resyncMs,
      timed: { resync: 'resync', wake: 'wake' },
      pass: async (hints) => {
        const { wakeAt } = await this.passes.background(hints);
        this.#wakeAt = wakeAt;
        return { wakeAt };
      },
    });
  }

  /** Everything is watched and the first pass is under way. @throws CONFIG_INVALID and the drivers' own SETTINGS */
  static async start(input: CoreInput): Promise<AgentCore> {
    const core = new AgentCore(input, await warmParts(input.config, input.host));
    core.#vitals.start();
    core.hint('start');
    await core.#watches.watch(core.#config);
    return core;
  }

  get config(): NodeConfig {
    return this.#config;
  }

  get warm(): Warm {
    return this.#warm;
  }

  get stop(): AbortSignal {
    return this.#stop.signal;
  }

  get phase(): AgentPhase {
    if (this.#stop.signal.aborted) return 'stopping';
    if (this.passes.last === undefined) return 'booting';
    return this.passes.current === undefined ? 'idle' : 'passing';
  }

  get longestDelayMs(): number {
    return this.#vitals.longestDelayMs;
  }

  hint(of: TriggerName): void {
    if (of === 'commit' || of === 'fetched' || of === 'request' || of === 'health' || of === 'schedule')
      this.passes.current?.giveWay();
    this.#loop.hint(of);
  }

  /** Somebody outside says that the source moved: it is looked at soon, however often that is said. */
  askSource(): void {
    this.#watches.askSource();
  }

  /** Something happened to a container: unless the pass in hand did it itself, that one gives way. */
  hintContainer(id: string): void {
    const name = this.#names.get(id);
    if (name !== undefined) this.passes.current?.touched(name);
    this.#loop.hint('containers');
  }

  problem(name: string, problem: Problem | undefined): void {
    const before = this.#problems.get(name);
    if (problem === undefined) this.#problems.delete(name);
    else this.#problems.set(name, problem);
    if (before?.message !== problem?.message) this.news.tell({ kind: 'state', phase: this.phase });
  }

  /** Carries an order out as soon as no other pass is under way. @throws AGENT_STOPPING, and what the pass throws */
  async order(by: Principal, order: PassOrder, listener: OrderListener): Promise<PassResult> {
    if (this.#stop.signal.aborted) throw fail('AGENT_STOPPING', { message: 'begin a pass' });
    const { current } = this.passes;
    if (current !== undefined) {
      listener.note({ type: 'queued', behind: `the pass that began by ${current.trigger}` });
      current.giveWay();
    }
    const { clock } = this.host;
    const until = clock.now() + 2 * shortWaitMs;
    return this.#loop.order(() => {
      if (this.#stop.signal.aborted) throw fail('AGENT_STOPPING', { message: 'begin a pass' });
      const cx = {
        config: this.#config,
        host: this.host,
        install: this.install,
        signal: this.#stop.signal,
        by,
        patient: ({ code, until: at = Number.POSITIVE_INFINITY }: { code: string; until?: Instant }) =>
          code === 'BackingOff' && at - clock.now() <= shortWaitMs && clock.now() < until,
      };
      const given = { listener, order, registry: this.registry };
      const done = carryOutOrder(cx, given, (input) => this.passes.ordered(input));
      // An order leaves the loop's next wake-up as it was: a pass of its own learns when the window ends.
      return order.trial === undefined ? done : done.finally(() => this.#loop.hint('wake'));
    });
  }

  /** Looks now, and does what is due. */
  async look(): Promise<void> {
    this.passes.current?.giveWay();
    await this.#loop.order(() => this.passes.background(new Set<TriggerName>(['request'])));
  }

  healthOf(slot: SlotKey): SlotHealth | undefined {
    return this.#health.of(slot);
  }

  healthOfAll(samples: number): readonly SlotHealth[] {
    return this.#health.all(samples);
  }

  /** Written down at once; the next pass goes by it. @throws OVERRIDE_UNKNOWN OVERRIDE_NONE */
  async override(by: Principal, order: OverrideOrder): Promise<readonly Override[]> {
    const { host, registry } = this;
    const now = await sayOverride({ host, registry, by, desired: this.passes.look?.loaded.desired }, order);
    this.hint('request');
    return now;
  }

  giveWay(): Promise<void> {
    return this.#loop.giveWay();
  }

  looked(look: LastLook): void {
    const { observed } = look.seen;
    this.#sourceAskedAt = this.host.clock.now();
    this.#names = new Map(
      Object.values(observed.resources).flatMap(({ key, kind, state }) =>
        kind === 'container' ? [[(state as unknown as ContainerState).id, key.slice('container/'.length)]] : [],
      ),
    );
    this.#watches.rearm();
    if (this.#stop.signal.aborted) return;
    this.#health.looked(look);
    if (this.#config.drivers.containers === 'podman') this.#companions.looked(look);
    this.#schedules.looked(look.seen.input.desired);
  }

  passed({ hasActed }: { readonly hasActed: boolean }): void {
    // What acted changed documents; what only looked is told by whoever compares them.
    if (hasActed) this.news.tell({ kind: 'look', lookedAt: this.host.clock.now() });
    const { last, look } = this.passes;
    this.#notifier.passed({ look, last, problems: this.#problems });
  }

  fatal(error: unknown): void {
    this.#input.fatal(error);
  }

  /** What only a new process could be is refused. @throws AGENT_RELOAD */
  insistSame(config: NodeConfig): void {
    const { api, node, stateDir } = this.#config;
    const changed = [
      ...(config.node === node ? [] : ['node']),
      ...(config.stateDir === stateDir ? [] : ['state_dir']),
      ...(config.api.unix === api.unix ? [] : ['[api] unix']),
    ];
    if (changed.length > 0)
      throw fail('AGENT_RELOAD', {
        message: `take over ${config.path}`,
        key: config.path,
        wanted: `the same ${changed.join(', ')}`,
        actual: 'another one',
        hint: 'end the agent and start it again; containers go on',
      });
  }

  /** Something of the node itself, beside any pass. */
  async tell(event: Event): Promise<void> {
    await this.registry.write((rows) => addEvents(rows, [event]));
    this.news.tell({ kind: 'event', event });
  }

  readonly now = (): Instant => this.host.clock.now();

  /** Another node.toml from now on. @throws AGENT_RELOAD, CONFIG_INVALID … */
  async reload(config: NodeConfig): Promise<void> {
    this.insistSame(config);
    const warm = await warmParts(config, this.host);
    await this.#loop.order(async () => {
      this.#watches.end();
      this.#config = config;
      this.#warm = warm;
      this.passes.forget();
      await this.#watches.watch(config);
    });
    this.hint('reload');
  }

  /** Ends the pass under way where it can end, watches nothing any more, and leaves everything running. */
  async end(): Promise<void> {
    this.news.tell({ kind: 'state', phase: 'stopping' });
    this.#stop.abort();
    this.#watches.end();
    this.#health.stop();
    await this.#companions.stop();
    await this.#schedules.stop();
    await this.#loop.stop();
    await this.#notifier.close();
    this.#vitals.stop();
  }

  state(): AgentState {
    const wakes = [this.#wakeAt, this.#schedules.nextAt].filter(
      (at): at is Instant => at !== undefined && Number.isFinite(at),
    );
    return stateOf(this, {
      overrides: this.registry.read((rows) => listOverrides(rows, this.host.clock.now())),
      problems: Object.fromEntries(this.#problems),
      sourceAskedAt: this.#sourceAskedAt,
      vitals: this.#vitals.read(),
      wakeAt: wakes.length === 0 ? undefined : Math.min(...wakes),
    });
  }
}
