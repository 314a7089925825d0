import {
  type ApplyContext,
  type Event,
  errorText,
  type Instant,
  type ProbeResult,
  type SlotKey,
} from '@reconcile/core';
import { probe } from '@reconcile/engine';
import type { Host } from '@reconcile/host';
import { addDeath, addEvents, noteHealth, putGateExpired, type Rows } from '@reconcile/registry';
import type { SlotHealth } from '../../service/state.ts';
import type { LastLook } from '../last-look.ts';
import type { NodeParts } from '../node-parts.ts';
import { SlotWatch, type Verdict } from './slot-watch.ts';
import { type Target, targetsOf } from './targets.ts';

/** Probes of many containers with one interval must not come at one moment. */
const jitter = 0.1;
/** The planner's own pauses between deaths, for ends that a probe brings about: 1 s, doubling, at most a minute. */
const longestPauseMs = 60_000;

interface Watched {
  target: Target;
  readonly watch: SlotWatch;
  readonly ended: AbortController;
  timer: NodeJS.Timeout | undefined;
  /** What it lost beside its process: until it is restarted, no probe says otherwise. */
  isCrippled?: true;
  /** Until it is restarted. */
  pause?: NodeJS.Timeout;
}

/** Whom the monitor tells, and what it works with. */
export interface MonitorParts {
  readonly node: NodeParts;
  /** Something turned: a pass should look. */
  hint(): void;
}

/**
 * Probes everything that runs, for as long as it runs. What turns unhealthy is written down as a gate that expired: from there
 * the ordinary plan restarts it, with a pause that grows, and parks what leads to it meanwhile.
 */
export class HealthMonitor {
  readonly #node: NodeParts;
  readonly #hint: () => void;
  readonly #watched = new Map<string, Watched>();
  #look: LastLook | undefined;

  constructor({ hint, node }: MonitorParts) {
    this.#node = node;
    this.#hint = hint;
  }

  /** After every look: what is new is probed, what is gone no longer. */
  looked(look: LastLook): void {
    this.#look = look;
    const { seen } = look;
    const { input } = seen;
    const targets = new Map(
      targetsOf({ observed: seen.observed, ledger: seen.ledger, input }).map((of) => [of.id, of]),
    );
    for (const [id, watched] of this.#watched) if (!isSame(watched.target, targets.get(id))) this.#forget(id);
    for (const [id, target] of targets) {
      const known = this.#watched.get(id);
      if (known === undefined) this.#begin(id, target);
      else {
        known.target = target;
        if (target.recorded === 'healthy' && known.isCrippled === undefined) known.watch.is('healthy', this.#now());
      }
    }
  }

  /** A container that needs a restart whatever its probe says: something beside its process is gone. */
  async lost(id: string, message: string): Promise<void> {
    const watched = this.#watched.get(id);
    if (watched === undefined || watched.isCrippled) return;
    watched.isCrippled = true;
    clearTimeout(watched.timer);
    const before = watched.watch.state;
    watched.watch.is('unhealthy', this.#now());
    await this.#turned(watched, { before, message });
  }

  stop(): void {
    for (const id of this.#watched.keys()) this.#forget(id);
  }

  of(slot: SlotKey): SlotHealth | undefined {
    return this.all(Number.POSITIVE_INFINITY).find((one) => one.slot === slot);
  }

  /** Each with its newest `most` samples. */
  all(most: number): readonly SlotHealth[] {
    const slots = this.#look?.seen.input.history.slots ?? {};
    return [...this.#watched.values()]
      .filter(({ isCrippled, target }) => isProbed(target) || isCrippled)
      .map(({ target: { key, slot }, watch }) => ({
        slot,
        key,
        state: slots[slot]?.flappingSince === undefined ? watch.state : ('flapping' as const),
        since: slots[slot]?.flappingSince ?? watch.since,
        samples: most === 0 ? [] : watch.samples.slice(-most),
      }))
      .sort((a, b) => (a.slot < b.slot ? -1 : 1));
  }

  #now(): Instant {
    return this.#node.host.clock.now();
  }

  #begin(id: string, target: Target): void {
    const watched: Watched = {
      target,
      watch: new SlotWatch(target.recorded, this.#now()),
      ended: new AbortController(),
      timer: undefined,
    };
    this.#watched.set(id, watched);
    this.#plan(watched, Math.random() * target.health.intervalMs);
  }

  #plan(watched: Watched, inMs: number): void {
    if (watched.ended.signal.aborted || !isProbed(watched.target)) return;
    watched.timer = setTimeout(() => void this.#probe(watched), inMs);
    watched.timer.unref();
  }

  #forget(id: string): void {
    const watched = this.#watched.get(id);
    if (watched === undefined) return;
    clearTimeout(watched.timer);
    clearTimeout(watched.pause);
    watched.ended.abort();
    this.#watched.delete(id);
  }

  async #probe(watched: Watched): Promise<void> {
    const { ended, watch } = watched;
    const result = await this.#ask(watched);
    if (ended.signal.aborted || watched.isCrippled) return;
    const { health, startedAt } = watched.target;
    const at = this.#now();
    const before = watch.state;
    if (watch.take(result, { at, health, startedAt })) await this.#turned(watched, { before, message: result.message });
    this.#plan(watched, health.intervalMs * (1 + jitter * (2 * Math.random() - 1)));
  }

  async #ask({ ended, target }: Watched): Promise<ProbeResult> {
    const driver = this.#node.warm.drivers.byKind.get('container');
    const cx = this.#context(ended.signal);
    const startedAt = this.#now();
    if (driver === undefined || cx === undefined) return { healthy: true, message: '', durationMs: 0 };
    try {
      return await probe(cx, driver, { key: target.key, target: target.probe, locus: target.locus });
    } catch (error) {
      return { healthy: false, message: errorText(error), durationMs: this.#now() - startedAt };
    }
  }

  #context(signal: AbortSignal): ApplyContext<Host> | undefined {
    const { config, host } = this.#node;
    if (this.#look === undefined) return undefined;
    const { ledger, observed } = this.#look.seen;
    const { desired } = this.#look.loaded;
    if (desired === undefined) return undefined;
    const log = { debug: () => undefined, warn: () => undefined };
    const { bootId } = observed;
    return { host, signal, log, node: config.node, fleet: desired.fleet, bootId, now: this.#now(), desired, ledger };
  }

  /** A transition: written down, told, and hinted; an unhealthy one is restarted by the plan, after its pause. */
  async #turned(watched: Watched, { before, message }: { before: Verdict; message: string }): Promise<void> {
    const { ended, target, watch } = watched;
    const { isLeftAlone, key, slot } = target;
    const { news, registry } = this.#node;
    const at = this.#now();
    const to = watch.state;
    const event = this.#event(slot, {
      condition: 'Healthy',
      status: to === 'healthy',
      reason: watched.isCrippled ? 'CompanionLost' : 'Probe',
      message,
    });
    news.tell({ kind: 'health', slot, key, from: before, to, message });
    if (event !== undefined) news.tell({ kind: 'event', event });
    const deaths = this.#look?.seen.input.history.slots[slot]?.deaths.length ?? 0;
    const pauseMs = deaths === 0 ? 0 : Math.min(longestPauseMs, 1000 * 2 ** (deaths - 1));
    const reason = watched.isCrippled ? message : `its probe failed: ${message}`;
    const expire = (rows: Rows) => putGateExpired(rows, slot, { key, at: this.#now(), reason });
    await registry.write((rows) => {
      if (event !== undefined) addEvents(rows, [event]);
      noteHealth(rows, { key, state: to, message, at });
      if (to === 'healthy') putGateExpired(rows, slot, undefined);
      else if (!isLeftAlone) {
        addDeath(rows, slot, at);
        if (pauseMs === 0) expire(rows);
      }
    });
    // At once also while a restart waits: what leads to it parks.
    this.#hint();
    if (to === 'healthy' || isLeftAlone || pauseMs === 0) return;
    watched.pause = setTimeout(() => {
      if (ended.signal.aborted || watch.state !== 'unhealthy') return;
      void registry.write(expire).then(() => this.#hint());
    }, pauseMs);
    watched.pause.unref();
  }

  #event(
    slot: SlotKey,
    of: { condition: string; status: boolean; reason: string; message: string },
  ): Event | undefined {
    const { desired } = this.#look?.loaded ?? {};
    if (desired === undefined) return undefined;
    const { condition, message, reason, status } = of;
    return {
      at: this.#now(),
      node: desired.node,
      generation: desired.generation,
      cycleId: '',
      type: 'condition.changed',
      slot,
      condition,
      status: status ? 'True' : 'False',
      reason,
      message,
    };
  }
}

/** Is there anything to ask? */
function isProbed({ health }: Target): boolean {
  return health.type !== 'running';
}

/** The same life of the same container: another process begins anew. */
function isSame(before: Target, now: Target | undefined): boolean {
  return now !== undefined && now.startedAt === before.startedAt && now.locus.pid === before.locus.pid;
}
