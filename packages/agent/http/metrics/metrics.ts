import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type {
  AgentEvent,
  AgentService,
  AgentState,
  Caller,
  CertificatesDocument,
  PlanDocument,
  ServicesDocument,
  SlotHealth,
} from '../../service/index.ts';
import type { NoteCall } from './call-times.ts';

const seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
/** Asking for certificates shakes hands with the proxy. */
const certificatesKeptMs = 60_000;
const phases: readonly AgentState['phase'][] = ['booting', 'idle', 'passing', 'stopping'];

/** What Prometheus reads: counted from what happens, and set from the last look when it asks. */
export class AgentMetrics {
  readonly #registry = new Registry();
  readonly #passes = this.#histogram('reconcile_pass_duration_seconds', 'How long passes took.', ['converged']);
  readonly #actions = this.#counter('reconcile_actions_total', 'Actions that were carried out.', ['verb', 'outcome']);
  readonly #actionTimes = this.#histogram('reconcile_action_duration_seconds', 'How long actions took.', ['verb']);
  readonly #flips = this.#counter('reconcile_health_transitions_total', 'Health that changed.', ['to']);
  readonly #calls = this.#histogram('reconcile_podman_call_duration_seconds', 'How long calls of podman took.', [
    'call',
    'failed',
  ]);
  readonly #pending = this.#gauge('reconcile_drift_actions', 'Actions that the last look planned.', ['kind']);
  readonly #held = this.#gauge('reconcile_held', 'Changes that wait for a person.', []);
  readonly #waiting = this.#gauge('reconcile_waiting', 'Changes that wait for something else.', ['code']);
  readonly #health = this.#gauge(
    'reconcile_slot_healthy',
    '1: it runs and its probe is content, or it is as it should be; 0: not.',
    ['slot', 'stage', 'state'],
  );
  readonly #latency = this.#gauge('reconcile_probe_latency_seconds', 'Of the newest probe.', ['slot']);
  readonly #stage = this.#gauge('reconcile_stage_ready', '1: every component of the stage is well.', ['stage']);
  readonly #days = this.#gauge('reconcile_certificate_days', 'Days until it expires.', ['name', 'issuer']);
  readonly #phase = this.#gauge('reconcile_phase', '1 for the phase that the agent is in.', ['phase']);
  readonly #loop = this.#gauge('reconcile_event_loop_delay_seconds', 'How long something else had to wait.', [
    'quantile',
  ]);
  readonly #memory = this.#gauge('process_resident_memory_bytes', 'Resident memory.', []);
  readonly #cpu = this.#gauge('process_cpu_seconds_total', 'Processor time since the start.', []);
  readonly #started = this.#gauge('process_start_time_seconds', 'When the agent started.', []);
  readonly #checked = this.#gauge('reconcile_source_checked_seconds', 'When the source was last asked.', []);
  readonly #problem = this.#gauge('reconcile_problem', '1 for each thing that the agent goes without.', [
    'name',
    'code',
  ]);
  readonly #info = this.#gauge('reconcile_info', 'Version, node and fleet.', ['version', 'node', 'fleet']);
  readonly #streams = this.#gauge('reconcile_http_streams', 'Event streams that are open.', []);
  #certificates: { readonly at: number; readonly document: CertificatesDocument } | undefined;

  readonly noteCall: NoteCall = (call, taken, isFailed) => {
    this.#calls.observe({ call, failed: String(isFailed) }, taken);
  };

  /** Counts what happens until the signal fires. */
  async follow(service: AgentService, caller: Caller): Promise<void> {
    for await (const event of service.watch(caller)) this.#note(event);
  }

  /** The exposition of this moment. */
  async text(
    service: AgentService,
    caller: Caller,
    of: { readonly now: number; readonly streams: number },
  ): Promise<string> {
    const [state, plan, services, health] = await Promise.all([
      service.state(caller),
      service.plan(caller).catch(() => undefined),
      service.services(caller).catch(() => undefined),
      service.healthOfAll(caller, { samples: 1 }),
    ]);
    this.#ofState(state);
    if (plan !== undefined) this.#ofPlan(plan);
    if (services !== undefined) this.#ofServices(services, health);
    await this.#ofCertificates(service, caller, of.now);
    this.#streams.set(of.streams);
    return this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  #note(news: AgentEvent): void {
    if (news.kind === 'health') this.#flips.inc({ to: news.to });
    if (news.kind !== 'event') return;
    const { event } = news;
    if (event.type === 'cycle.finished')
      this.#passes.observe({ converged: String(event.converged) }, event.durationMs / 1000);
    if (event.type !== 'action.succeeded' && event.type !== 'action.failed') return;
    this.#actions.inc({ verb: event.verb, outcome: event.type === 'action.failed' ? 'failed' : 'done' });
    this.#actionTimes.observe({ verb: event.verb }, event.durationMs / 1000);
  }

  #ofState(state: AgentState): void {
    for (const phase of phases) this.#phase.set({ phase }, phase === state.phase ? 1 : 0);
    const { cpuMs, loopDelayMs, rss } = state.vitals;
    this.#loop.set({ quantile: '0.5' }, loopDelayMs.p50 / 1000);
    this.#loop.set({ quantile: '0.99' }, loopDelayMs.p99 / 1000);
    this.#loop.set({ quantile: '1' }, loopDelayMs.max / 1000);
    this.#memory.set(rss);
    this.#cpu.set(cpuMs / 1000);
    this.#started.set(state.startedAt / 1000);
    this.#checked.set(state.source.checkedAt / 1000);
    this.#problem.reset();
    for (const [name, { code }] of Object.entries(state.problems)) this.#problem.set({ name, code }, 1);
    this.#info.reset();
    this.#info.set({ version: state.version, node: state.node, fleet: state.fleet }, 1);
  }

  #ofPlan({ actions, held, waiting }: PlanDocument): void {
    this.#pending.reset();
    for (const { kind } of actions) this.#pending.inc({ kind });
    this.#held.set(held.length);
    this.#waiting.reset();
    for (const { code } of waiting) this.#waiting.inc({ code });
  }

  #ofServices({ rows }: ServicesDocument, probes: readonly SlotHealth[]): void {
    const probed = new Map(probes.map((one) => [one.slot, one]));
    this.#health.reset();
    this.#latency.reset();
    this.#stage.reset();
    for (const { grade, health, kind, slot, stage, state } of rows) {
      if (kind !== 'container') continue;
      const one = probed.get(slot);
      const probe = one?.state ?? health;
      const isServing = state === 'running' && (probe === 'healthy' || probe === 'none');
      const isWell = grade === 'well' || isServing;
      this.#health.set({ slot, stage, state: one?.state === 'flapping' ? 'flapping' : state }, isWell ? 1 : 0);
      const last = one?.samples.at(-1);
      if (last !== undefined) this.#latency.set({ slot }, last.latencyMs / 1000);
    }
    for (const stage of new Set(rows.filter((row) => row.kind === 'container').map((row) => row.stage))) {
      const all = rows.filter((row) => row.kind === 'container' && row.stage === stage);
      this.#stage.set({ stage }, all.every((row) => row.grade === 'well' || row.grade === 'elsewhere') ? 1 : 0);
    }
  }

  async #ofCertificates(service: AgentService, caller: Caller, now: number): Promise<void> {
    if (this.#certificates === undefined || now - this.#certificates.at > certificatesKeptMs) {
      const document = await service.certificates(caller).catch(() => undefined);
      if (document !== undefined) this.#certificates = { at: now, document };
    }
    this.#days.reset();
    for (const { configured, issuer, name } of this.#certificates?.document.certificates ?? [])
      if (configured !== null) this.#days.set({ name, issuer }, (configured.notAfter - now) / 86_400_000);
  }

  #histogram(name: string, help: string, labelNames: string[]): Histogram {
    return new Histogram({ name, help, labelNames, buckets: seconds, registers: [this.#registry] });
  }
  #counter(name: string, help: string, labelNames: string[]): Counter {
    return new Counter({ name, help, labelNames, registers: [this.#registry] });
  }
  #gauge(name: string, help: string, labelNames: string[]): Gauge {
    return new Gauge({ name, help, labelNames, registers: [this.#registry] });
  }
}
