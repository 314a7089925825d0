import type { ApplyContext, Desired, Event, KindDefinition, Observed, Plan, Principal, Wait } from '@reconcile/core';
import { Failpoint, type GateBook, type PassReport, passStep, runPass } from '@reconcile/engine';
import type { Host } from '@reconcile/host';
import { calm, pruneRegistry, type Registry, releaseHold } from '@reconcile/registry';
import type { NodeConfig } from '../config/model.ts';
import { markReverted, WindowEnds } from '../confirm/index.ts';
import { storeBlobs } from '../desired/blobs.ts';
import { dropRoots, storeRoots } from '../desired/edge-roots.ts';
import { keepLoaded } from '../desired/keep.ts';
import { loadDesired } from '../desired/load.ts';
import type { Install, Loaded } from '../desired/model.ts';
import { nothingToRun } from '../desired/nothing.ts';
import { assertFit } from '../doctor/fit.ts';
import { withPullSizes } from '../look/pull-sizes.ts';
import { keepNotes, registryMemory } from '../memory/memory.ts';
import { ensureNodeKey } from '../node/key.ts';
import { nodePaths } from '../node/paths.ts';
import { closeCutRuns } from '../request/cut.ts';
import { closeFulfilled } from '../request/fulfilled.ts';
import { type Drivers, nodeDrivers } from '../wire/drivers/index.ts';
import { nodeKinds } from '../wire/kinds/index.ts';
import { tellAlarms } from './alarms.ts';
import { EventWriter } from './event-writer.ts';
import { tellFlapping } from './flapping.ts';
import type { SeenBefore } from './seen-before.ts';

export interface PassInput {
  readonly config: NodeConfig;
  readonly host: Host;
  readonly install: Install;
  readonly signal: AbortSignal;
  readonly by: Principal;
  /** Narrows each plan, or leaves it as it is. */
  readonly scope: (made: Plan, desired: Desired) => Plan;
  readonly approve: (made: Plan, seen: { observed: Observed; loaded: Loaded }) => Promise<boolean>;
  readonly patient: (wait: Wait) => boolean;
  /** What was seen of a node that nobody has written to since; used while `commit` is still the newest. */
  readonly seen?: SeenBefore | undefined;
  readonly emit: (event: Event) => void;
  /** Hold ids that a person releases with this pass. */
  readonly confirm: readonly string[];
  /** Accept a rewritten history once. */
  readonly acknowledged?: boolean;
  /** Any commit instead of the branch's newest: it is tried. */
  readonly ref?: string;
  /** A commit that nobody confirmed is taken again. */
  readonly again?: boolean;
  /** Written under the lock, before the look: a request, `retry`. */
  readonly record?: (registry: Registry) => Promise<void>;
  /** Under the lock, after the last look: what became of a request. */
  readonly conclude?: (registry: Registry, outcome: PassOutcome) => Promise<void>;
  /** What the look before this pass read from the source. */
  readonly before?: Loaded;
  /** What this process loaded and applied before. */
  readonly known?: Loaded;
  /** Rule of a crash test; absent otherwise. */
  readonly failpoint?: string;
  /** What a daemon keeps between passes; absent: made anew. */
  readonly warm?: WarmParts;
}

/** Of a process that passes again and again. */
export interface WarmParts {
  readonly drivers: Drivers;
  readonly kinds: readonly KindDefinition[];
  /** Set once the node was prepared for writes; whoever wants it prepared again takes it back. */
  readonly prepared: { isDone: boolean };
  readonly gates: GateBook;
  /** Fires when this pass should give way, and when it is cancelled. */
  readonly yields: AbortSignal;
}

export interface PassOutcome extends PassReport {
  readonly loaded: Loaded;
  readonly desired: Desired;
}

/** One whole pass of the node's single writer. @throws SOURCE_NOTHING, and what drivers refuse */
export async function passAsWriter(input: PassInput, registry: Registry): Promise<PassOutcome> {
  const { config, host, signal } = input;
  const { by } = input;
  if (input.warm?.prepared?.isDone !== true) await assertFit({ ...input, registry });
  await input.record?.(registry);
  const failpoint = new Failpoint(input.failpoint);
  failpoint.reach('before', passStep('source'));
  const loaded = await loadDesired({ ...input, registry });
  failpoint.reach('after', passStep('source'));
  const { desired } = loaded;
  if (desired === undefined) throw nothingToRun(config, loaded);
  await keepLoaded(registry, input, { loaded, at: host.clock.now(), by });
  failpoint.reach('recorded', passStep('source'));
  for (const id of input.confirm) await registry.write((rows) => releaseHold(rows, id, { at: host.clock.now(), by }));

  // What the tried version died of must not make the one before it wait.
  const { trial } = desired;
  if (trial?.state === 'over') await registry.write((rows) => void trial.slots.map((slot) => calm(rows, slot)));

  const drivers = input.warm?.drivers ?? (await nodeDrivers(config, host));
  const kinds = input.warm?.kinds ?? (await nodeKinds(config));
  const bootId = await host.proc.bootId();
  await closeCutRuns(registry, { bootId, at: host.clock.now() });
  const ends = new WindowEnds();
  const cancelled = AbortSignal.any([signal, ends.cuts]);
  await ends.watch(registry, host);
  const memory = registryMemory({ registry, desired, bootId, by, now: () => host.clock.now() });
  const events = new EventWriter({ registry, clock: host.clock, show: input.emit });
  const prepared = input.warm?.prepared ?? { isDone: false };
  const report = await runPass({
    desired,
    kinds,
    drivers: drivers.byKind,
    host,
    context: { host, signal: cancelled, log: quietLog, node: config.node, fleet: desired.fleet, bootId },
    memory,
    failpoint,
    isCurrent: () => true,
    seen: input.seen?.commit === desired.commit ? input.seen.look : undefined,
    emit: (event) => events.add(event),
    scope: (made) => input.scope(made, desired),
    approve: async (made, observed) => {
      const isMeant = await input.approve(await withPullSizes(made, { config, host, signal }), { observed, loaded });
      if (isMeant) await ends.watch(registry, host);
      return isMeant;
    },
    prepare: async (made, context) => {
      if (!prepared.isDone) await prepareNode(config, { drivers, context, registry });
      prepared.isDone = true;
      const from = { stateDir: config.stateDir, registry, commit: desired.commit, fresh: loaded.fresh?.snapshot };
      await storeBlobs(host, made.actions, from);
      await storeRoots(host, made.actions, from);
    },
    patient: input.patient,
    yields: AbortSignal.any([ends.yields, ...(input.warm === undefined ? [] : [input.warm.yields])]),
    gates: input.warm?.gates,
    glances: input.warm === undefined,
  }).finally(() => ends.clear());
  const told = { desired, observed: report.observed, plan: report.last, bootId, now: host.clock.now() };
  await tellAlarms(registry, { ...told, cycleId: host.ids.random().slice(0, 8) }, (event) => events.add(event));
  await tellFlapping(registry, { ...told, cycleId: host.ids.random().slice(0, 8) }, input.emit);
  await events.flush();
  if (report.approved) await dropRoots(host, config.stateDir, report.observed);
  if (report.turns > 0) await pruneRegistry(registry, host.clock.now());
  if (report.approved && report.turns > 0) {
    const { keepParachute } = await import('../parachute/index.ts');
    const { history, ledger } = await memory.load();
    const now = host.clock.now();
    const served = [...drivers.byKind.keys()];
    const planned = { desired, observed: report.observed, kinds: await nodeKinds(config), history, now, served };
    const { commit } = desired;
    await keepParachute({ config, host, registry, commit, fresh: loaded.fresh?.snapshot, input: planned, ledger });
  }
  if (trial?.state === 'over' && isThrough(report)) await markReverted(registry, host.clock.now());
  const outcome = { ...report, loaded, desired };
  if (report.yielded) return outcome;
  await closeFulfilled(registry, { desired, observed: report.observed, at: host.clock.now() });
  await input.conclude?.(registry, outcome);
  return outcome;
}

/** The next slice of an order: what was written down and said yes to is not asked again. */
export function nextSlice({ conclude, record: _record, ref: _ref, ...input }: PassInput): PassInput {
  const more = conclude === undefined ? {} : { conclude };
  return { ...input, again: false, confirm: [], approve: async () => true, ...more };
}

/** Nothing is left to do, and not because somebody keeps it from being done. */
function isThrough({ whole, yielded }: PassReport): boolean {
  return !yielded && whole.actions.length === 0 && !whole.held.some(({ code }) => code === 'Frozen');
}

const quietLog = { debug: () => undefined, warn: () => undefined };

/** Before the first write of this process: our own directories and key, and whatever each driver refuses to go without. */
async function prepareNode(
  config: NodeConfig,
  { drivers, context, registry }: { drivers: Drivers; context: ApplyContext<Host>; registry: Registry },
): Promise<void> {
  const paths = nodePaths(config);
  for (const dir of [paths.blobs, paths.files, paths.logs, paths.secrets])
    await context.host.files.makeDir(dir, { mode: 0o700 });
  await ensureNodeKey(context.host, paths.nodeKey);
  for (const driver of drivers.observers) {
    const facts = await driver.preflight?.(context);
    if (facts !== undefined) await keepNotes(registry, facts);
  }
}
