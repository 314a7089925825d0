import type { Desired, Json, LedgerView, Observed, Plan, PlanInput } from '@reconcile/core';
import { desiredAround, plan } from '@reconcile/core/plan';
import { look as observe } from '@reconcile/engine/look';
import type { ReadHost } from '@reconcile/host';
import { type JobStories, loadHistory, loadJobStories, loadLedger, type Registry } from '@reconcile/registry';
import type { NodeConfig } from '../config/model.ts';
import { nodeKinds } from '../wire/kinds/index.ts';
import type { Observers } from '../wire/observers/index.ts';

export interface LookInput {
  readonly config: NodeConfig;
  readonly host: ReadHost;
  readonly registry: Registry;
  readonly observers: Observers;
  readonly desired: Desired;
  readonly signal: AbortSignal;
}

/** One look at this node and the plan for it. */
export interface Seen {
  readonly plan: Plan;
  readonly observed: Observed;
  readonly ledger: LedgerView;
  readonly input: PlanInput;
  /** What is known of jobs, read when somebody asks. */
  readonly runs: JobStories;
  /** What observers would like kept and is not yet; a dry run keeps nothing. */
  readonly notes: Readonly<Record<string, Json>>;
}

/** Looks and plans with the reading half alone: it cannot write, since it is built from parts that cannot. */
export async function lookAndPlan(input: LookInput): Promise<Seen> {
  const { config, desired, host, observers, registry, signal } = input;
  const now = host.clock.now();
  const bootId = await host.proc.bootId();
  const history = loadHistory(registry, bootId, now);
  const ledger = loadLedger(registry);
  const log = { debug: () => undefined, warn: () => undefined };
  const context = {
    host,
    signal,
    log,
    node: config.node,
    fleet: desired.fleet,
    bootId,
    now,
    desired: desiredAround(desired, history),
    ledger,
  };
  const seen = await observe(context, observers.observers);
  const kinds = await nodeKinds(config);
  const planInput: PlanInput = { desired, observed: seen.observed, kinds, history, now, served: observers.served };
  return {
    plan: plan(planInput),
    observed: seen.observed,
    ledger,
    input: planInput,
    get runs() {
      return loadJobStories(registry);
    },
    notes: newNotes(seen.notes, ledger),
  };
}

function newNotes(notes: Seen['notes'], { notes: kept }: LedgerView): Seen['notes'] {
  return Object.fromEntries(
    Object.entries(notes).filter(([name, note]) => JSON.stringify(note) !== JSON.stringify(kept[name])),
  );
}
