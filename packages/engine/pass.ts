import type {
  Action,
  ApplyContext,
  Desired,
  Driver,
  Event,
  History,
  Journal,
  Json,
  Kind,
  KindDefinition,
  LedgerView,
  Observed,
  Plan,
  Wait,
} from '@reconcile/core';
import { desiredAround, plan } from '@reconcile/core/plan';
import type { Host, ReadHost } from '@reconcile/host';

import { type Execution, execute } from './executor.ts';
import { type Failpoint, passStep } from './failpoint.ts';
import type { GateBook } from './gate-book.ts';
import { type Look, look } from './look/observer.ts';

/** What a pass remembers between turns; the agent wires it to the registry. */
export interface Memory {
  load(): Promise<{ history: History; ledger: LedgerView }>;
  /** For one plan: it must know which resource an action was about. */
  journal(made: Plan): Journal;
  /** Observers' notes, what a boot waits for, the generation that converged: each written only when it changed. */
  note(notes: Readonly<Record<string, Json>>): Promise<void>;
  /** Of every look: whose data lies where, written only when it is new (specs/0017). */
  saw?(observed: Observed): Promise<void>;
  /** Of everything, before any of it is carried out. */
  planned(desired: Desired, whole: Plan): Promise<void>;
  /** `whole`: what is left of everything; `made` may be the narrowed part of it that this pass was about. */
  finished(desired: Desired, made: Plan, whole: Plan): Promise<void>;
}

export interface PassInput {
  readonly desired: Desired;
  readonly kinds: readonly KindDefinition[];
  readonly drivers: ReadonlyMap<Kind, Driver<ReadHost, Host>>;
  readonly host: Host;
  readonly context: Omit<ApplyContext<Host>, 'now' | 'ledger' | 'desired'>;
  readonly memory: Memory;
  readonly failpoint: Failpoint;
  readonly isCurrent: () => boolean;
  readonly emit: (event: Event) => void;
  /** Narrows a plan, or leaves it as it is. */
  readonly scope: (made: Plan) => Plan;
  /** Asked once, before the first write. false: stop, nothing was done. */
  readonly approve: (made: Plan, observed: Observed) => Promise<boolean>;
  /** Before each plan is carried out: what its actions expect to find (contents of files, directories, a sound runtime). */
  readonly prepare: (made: Plan, context: ApplyContext<Host>) => Promise<void>;
  /** Fires when something more urgent came up, and with the context's signal: the pass ends where it can, with `yielded`. */
  readonly yields?: AbortSignal | undefined;
  /** false: health is what was recorded, since somebody probes all the time. */
  readonly glances?: boolean;
  /** Of passes that yield. */
  readonly gates?: GateBook | undefined;
  /** Which waits with a time this pass sits out. */
  readonly patient: (wait: Wait) => boolean;
  readonly concurrency?: number;
  /** A look of a moment ago with nobody writing since: the first turn goes by it. */
  readonly seen?: Look | undefined;
}

export interface PassReport {
  /** The plan that was approved, and the one that was left at the end. */
  readonly first: Plan;
  readonly last: Plan;
  /** Of everything: `last` may be the narrowed part of it. */
  readonly whole: Plan;
  readonly observed: Observed;
  readonly approved: boolean;
  /** It gave way before it was through: `last` and `observed` are of before its last turn. */
  readonly yielded: boolean;
  readonly turns: number;
  readonly done: readonly Action[];
  /** In any turn, and not done in a later one. */
  readonly failed: ReadonlyMap<string, { readonly code: string; readonly message: string }>;
}

/** Turns of one pass; each ends converged, waiting, or with something done. A bug must not turn for ever. */
const mostTurns = 40;

/**
 * Looks, plans, carries out, and looks again, until nothing is left to do now. The first plan is the one a person
 * approved; later turns finish it (a rollback, the next replica, a stage after its time).
 */
export async function runPass(input: PassInput): Promise<PassReport> {
  const first = await lookAndPlan(input, input.seen);
  let { made, observed, whole } = first;
  const done: Action[] = [];
  const failed = new Map<string, { readonly code: string; readonly message: string }>();
  const hasYielded = () => input.yields?.aborted === true;
  const report = (approved: boolean, turns: number): PassReport => ({
    first: first.made,
    last: made,
    whole,
    observed,
    approved,
    yielded: approved && hasYielded(),
    turns,
    done,
    failed,
  });
  if (made.actions.length > 0 && !(await input.approve(made, observed))) return report(false, 0);
  let turns = 0;
  while (turns < mostTurns && !input.context.signal.aborted && !hasYielded() && input.isCurrent()) {
    if (made.actions.length === 0) {
      if (!(await sitOut(input, made))) break;
    } else {
      const execution = await carryOut(input, made, observed);
      turns++;
      const ok = new Set(execution.done);
      for (const [id, failure] of execution.failed) failed.set(id, failure);
      for (const id of ok) failed.delete(id);
      done.push(...made.actions.filter((action) => ok.has(action.id)));
    }
    if (hasYielded()) return report(true, turns);
    ({ made, observed, whole } = await lookAndPlan(input));
  }
  input.failpoint.reach('before', passStep('finish'));
  await input.memory.finished(input.desired, made, whole);
  input.failpoint.reach('recorded', passStep('finish'));
  return report(true, turns);
}

/** One look and one plan, without any write but the observers' notes. */
async function lookAndPlan(input: PassInput, before?: Look): Promise<{ made: Plan; observed: Observed; whole: Plan }> {
  const { desired, host, kinds, memory } = input;
  const { history, ledger } = await memory.load();
  const now = host.clock.now();
  const around = desiredAround(desired, history);
  const looking = { ...input.context, now, ledger, desired: around };
  const seen = before ?? (await look(looking, observersOf(input.drivers), { glances: input.glances !== false }));
  if (Object.keys(seen.notes).length > 0) await memory.note(seen.notes);
  await memory.saw?.(seen.observed);
  const whole = plan({ desired, observed: seen.observed, kinds, history, now, served: [...input.drivers.keys()] });
  await memory.planned(desired, whole);
  return { made: input.scope(whole), observed: seen.observed, whole };
}

async function carryOut(input: PassInput, made: Plan, observed: Observed): Promise<Execution> {
  const { desired, emit, failpoint, host, memory } = input;
  const { ledger } = await memory.load();
  const context: ApplyContext<Host> = { ...input.context, now: observed.at, ledger, desired };
  failpoint.reach('before', passStep('prepare'));
  await input.prepare(made, context);
  failpoint.reach('after', passStep('prepare'));
  const cycleId = host.ids.random().slice(0, 8);
  const startedAt = host.clock.now();
  const told = { node: made.node, generation: made.generation, cycleId };
  emit({ ...told, at: startedAt, type: 'cycle.started' });
  const { actions, held, waiting } = made;
  emit({
    ...told,
    at: startedAt,
    type: 'plan.made',
    planId: made.id,
    actions: actions.length,
    held: held.length,
    waiting: waiting.length,
  });
  const execution = await execute({
    plan: made,
    cycleId,
    drivers: input.drivers,
    context,
    journal: memory.journal(made),
    failpoint,
    isCurrent: input.isCurrent,
    yields: input.yields,
    gates: input.gates,
    emit,
    ...(input.concurrency === undefined ? {} : { concurrency: input.concurrency }),
  });
  const at = host.clock.now();
  const converged =
    execution.failed.size === 0 && execution.skipped.length === 0 && held.length === 0 && waiting.length === 0;
  emit({ ...told, at, type: 'cycle.finished', converged, durationMs: at - startedAt });
  return execution;
}

/** Sleeps until the first wait this pass is patient for; false when there is none. */
async function sitOut(input: PassInput, made: Plan): Promise<boolean> {
  const until = made.waiting.flatMap((wait) => (wait.until !== undefined && input.patient(wait) ? [wait.until] : []));
  if (until.length === 0) return false;
  const { clock } = input.host;
  const ms = Math.max(20, Math.min(...until) - clock.now());
  try {
    await clock.sleep(ms, input.yields ?? input.context.signal);
    return true;
  } catch {
    return false;
  }
}

function observersOf(drivers: PassInput['drivers']): Driver<ReadHost, Host>[] {
  return [...new Set(drivers.values())];
}
