import { type Event, type Instant, isFleetError, type Plan, type Principal } from '@reconcile/core';
import { planExit } from '@reconcile/core/exit';
import type { LoopPass } from '@reconcile/engine';
import { loadHistory, loadJobStories, loadLedger } from '@reconcile/registry';
import type { Loaded } from '../desired/model.ts';
import type { Seen } from '../look/look.ts';
import { nextSlice, type PassInput, type PassOutcome, passAsWriter } from '../pass/as-writer.ts';
import type { LastPass, TriggerName } from '../service/state.ts';
import type { LastLook } from './last-look.ts';
import type { NodeParts } from './node-parts.ts';
import { problemOf } from './problem.ts';
import { StandingPass } from './standing-pass.ts';

/** After a pass that could not be made: 1 s, doubling, at most a minute. */
const longestPauseMs = 60_000;

/** Every pass of this agent, one at a time: those that hints ask for, and slices of those that somebody ordered. */
export class Passes {
  readonly #node: NodeParts;
  readonly #own: Principal;
  #current: StandingPass | undefined;
  #last: LastPass | undefined;
  #look: LastLook | undefined;
  #known: Loaded | undefined;
  #fullLookAt = 0;
  #failures = 0;
  #count = 0;

  constructor(node: NodeParts) {
    this.#node = node;
    this.#own = { issuer: 'node', subject: node.config.node, kind: 'machine', scopes: [] };
  }

  get current(): StandingPass | undefined {
    return this.#current;
  }

  get last(): LastPass | undefined {
    return this.#last;
  }

  get look(): LastLook | undefined {
    return this.#look;
  }

  get count(): number {
    return this.#count;
  }

  /** The configuration is another one: nothing of before counts. */
  forget(): void {
    this.#known = undefined;
    this.#fullLookAt = 0;
  }

  /** A pass that hints asked for. Never throws: what went wrong is told in the state, and tried again later. */
  async background(hints: ReadonlySet<TriggerName>): Promise<LoopPass> {
    const { clock } = this.#node.host;
    const isNarrow = [...hints].every((hint) => hint === 'containers') && this.#isLookYoung();
    try {
      const outcome = await this.#make(
        {
          by: this.#own,
          scope: (made) => made,
          approve: async () => true,
          patient: () => false,
          emit: () => undefined,
          confirm: [],
        },
        { trigger: mostTelling(hints), isNarrow },
      );
      this.#failures = 0;
      return { wakeAt: outcome.yielded ? clock.now() : outcome.whole.wakeAt };
    } catch (error) {
      if (isFatal(error)) this.#node.fatal(error);
      this.#failures++;
      return { wakeAt: clock.now() + Math.min(longestPauseMs, 1000 * 2 ** (this.#failures - 1)) };
    }
  }

  /**
   * A pass that somebody ordered, in slices: when it gives way, what hints ask for goes first. @throws what the pass throws
   */
  async ordered(input: PassInput): Promise<PassOutcome> {
    const done: PassOutcome['done'][number][] = [];
    const failed = new Map<string, { readonly code: string; readonly message: string }>();
    let first: Plan | undefined;
    let turns = 0;
    for (;;) {
      const isFirst = first === undefined;
      const slice = await this.#make(isFirst ? input : nextSlice(input), { trigger: 'request', isNarrow: false });
      first ??= slice.first;
      turns += slice.turns;
      for (const action of slice.done) failed.delete(action.id);
      for (const [id, failure] of slice.failed) failed.set(id, failure);
      done.push(...slice.done);
      if (!slice.yielded || this.#node.stop.aborted) return { ...slice, first, turns, done, failed };
      await this.#node.giveWay();
    }
  }

  async #make(
    wanted: Omit<PassInput, 'config' | 'host' | 'install' | 'signal' | 'warm'>,
    { isNarrow, trigger }: { isNarrow: boolean; trigger: TriggerName },
  ): Promise<PassOutcome> {
    const { config, host, install, news, registry, resyncMs, stop, warm } = this.#node;
    const { failpoint } = this.#node;
    const pass = new StandingPass({
      id: host.ids.random().slice(0, 8),
      trigger,
      clock: host.clock,
      stop,
      longestRunMs: resyncMs,
    });
    this.#current = pass;
    this.#count++;
    warm.sparing.isNarrow = isNarrow;
    if (!isNarrow) warm.prepared.isDone = false;
    let hasBegun = false;
    const begin = () => {
      // From here on things change: the next look is at everything.
      warm.sparing.isNarrow = false;
      if (!hasBegun) news.tell({ kind: 'state', phase: 'passing' });
      hasBegun = true;
    };
    const emit = (event: Event) => {
      if (event.type === 'cycle.started') begin();
      if (event.type === 'plan.made') pass.planned(event.actions);
      if (event.type === 'action.succeeded' || event.type === 'gate.opened') pass.advanced();
      if (event.type === 'action.started') pass.began(event.actionId, event.verb);
      else if ('actionId' in event) pass.ended(event.actionId);
      news.tell({ kind: 'event', event });
      wanted.emit(event);
    };
    const known = this.#known;
    try {
      const outcome = await passAsWriter(
        {
          ...wanted,
          config,
          host,
          install,
          signal: stop,
          emit,
          approve: async (made, seen) => {
            pass.isAbout(containersOf(made));
            return wanted.approve(made, seen);
          },
          warm: { ...warm, yields: pass.yields },
          ...(known === undefined ? {} : { known }),
          ...(failpoint === undefined ? {} : { failpoint }),
        },
        registry,
      );
      this.#note(outcome, { pass, isNarrow });
      return outcome;
    } catch (error) {
      this.#last = {
        ...ending(pass, host.clock.now()),
        outcome: 'failed',
        done: 0,
        failures: [],
        problem: problemOf(error),
      };
      throw error;
    } finally {
      pass.end();
      this.#current = undefined;
      this.#node.passed({ hasActed: hasBegun });
      if (hasBegun) news.tell({ kind: 'state', phase: 'idle' });
    }
  }

  #note(outcome: PassOutcome, { isNarrow, pass }: { isNarrow: boolean; pass: StandingPass }): void {
    const { host, registry, warm } = this.#node;
    const { desired, done, failed, loaded, observed, whole } = outcome;
    const now = host.clock.now();
    if (!isNarrow || outcome.turns > 0) this.#fullLookAt = now;
    this.#known = knownFrom(loaded);
    const seen: Seen = {
      plan: whole,
      observed,
      get ledger() {
        return loadLedger(registry);
      },
      get runs() {
        return loadJobStories(registry);
      },
      get input() {
        const history = loadHistory(registry, observed.bootId, observed.at);
        const served = [...warm.drivers.byKind.keys()];
        return { desired, observed, kinds: warm.kinds, history, now: observed.at, served };
      },
      notes: {},
    };
    this.#look = { seen, loaded };
    const code = planExit(whole);
    const broken = [...failed].map(([id, failure]) => ({ id, ...failure }));
    this.#last = {
      ...ending(pass, now),
      outcome: code === 0 && loaded.trouble === undefined ? 'converged' : code === 2 ? 'pending' : 'held',
      done: done.length,
      failures: broken,
    };
    this.#node.looked(this.#look);
  }

  #isLookYoung(): boolean {
    return this.#node.host.clock.now() - this.#fullLookAt < 2 * this.#node.resyncMs;
  }
}

/** Names of the containers that a plan touches. */
function containersOf({ actions }: Plan): ReadonlySet<string> {
  return new Set(actions.flatMap(({ key, kind }) => (kind === 'container' ? [key.slice('container/'.length)] : [])));
}

/** The same desired state serves the next pass, unless others have to be asked about it each time: workers, by an edge. */
function knownFrom(loaded: Loaded): Loaded | undefined {
  const { desired } = loaded;
  if (desired === undefined || loaded.trouble !== undefined || desired.trial !== undefined) return undefined;
  const asksOthers = Object.values(desired.resources).some(
    ({ kind, spec }) => kind === 'route' && (spec as { readonly remote?: unknown } | null)?.remote !== undefined,
  );
  return asksOthers ? undefined : { ...loaded, fresh: undefined };
}

function ending(pass: StandingPass, at: Instant) {
  return { id: pass.id, at, tookMs: at - pass.since, trigger: pass.trigger };
}

/** Another process has become the writer: this one must not go on. */
function isFatal(error: unknown): boolean {
  return isFleetError(error) && error.code === 'REGISTRY_SUPERSEDED';
}

const telling: readonly TriggerName[] = [
  'start',
  'reload',
  'commit',
  'fetched',
  'request',
  'health',
  'schedule',
  'containers',
  'address',
  'wake',
  'resync',
];

/** Of several hints the one that people would name. */
function mostTelling(hints: ReadonlySet<TriggerName>): TriggerName {
  return telling.find((name) => hints.has(name)) ?? 'resync';
}
