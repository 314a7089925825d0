import type { NodeConfig } from '@reconcile/agent/config';
import type { SeenBefore } from '@reconcile/agent/pass';
import { conditionsOf } from '@reconcile/agent/recover';
import type { PassOrder } from '@reconcile/agent/service';
import { planMovedOn, type ScopeOptions, scopeOf } from '@reconcile/agent/subject';
import { type Desired, isFleetError, type Plan } from '@reconcile/core';
import { conditionLines, renderPlan } from '@reconcile/core/render';
import { fail } from '../errors.ts';
import type { CliContext } from '../frame/context.ts';
import { exit, planExit, worst } from '../frame/exit.ts';
import { lookAround, type Sight } from '../frame/node.ts';
import { isPatient } from './patience.ts';
import { planMeta } from './plan.ts';
import { wantedPlan } from './plan-file.ts';
import { spanMs } from './since.ts';
import { troubleLines } from './trouble.ts';

export interface ApplyOptions extends ScopeOptions {
  readonly yes?: boolean;
  readonly confirm?: readonly string[];
  /** `60s`: it goes back by itself unless it is confirmed. */
  readonly confirmWithin?: string;
  /** What is tried instead of the branch's newest commit. */
  readonly ref?: string;
  readonly acceptHistory?: boolean;
  readonly verbose?: boolean;
  /** With `--all-nodes`: also after a node that did not come out well. */
  readonly keepGoing?: boolean;
}

/**
 * `reconcile`, `apply`: one look without the lock; when that finds nothing to do, that was all. Else the same plan, asked
 * about where a person can answer, carried out as the node's single writer. A source with a remote is fetched first.
 */
export async function runApply(cx: CliContext, given: string | undefined, options: ApplyOptions): Promise<number> {
  const startedAt = performance.now();
  const wanted = given === undefined ? undefined : await wantedPlan(given);
  const scope = (made: Plan, desired: Desired) => scopeOf(desired, wanted?.scope ?? options)(made);
  const trial = trialOf(options);
  const sight = trial === undefined && cx.far === undefined ? await firstLook(cx) : undefined;
  if (sight !== undefined) {
    const made = scope(sight.seen.plan, sight.desired);
    const { conditions = [] } = conditionsOf(sight.seen);
    if (conditions.length > 0 && !cx.json) cx.tell(conditionLines(conditions, cx.errLook.width));
    const isToldMore = (options.confirm ?? []).length > 0 || options.acceptHistory === true;
    if (isQuiet(sight, made) && !isToldMore) {
      if (wanted !== undefined && wanted.id !== made.id) throw planMovedOn(wanted.id, made);
      return quiet(cx, { sight, made, tookMs: performance.now() - startedAt });
    }
    sight.registry.close().catch(() => undefined);
    if (made.actions.length > 0) await serveSoon(cx, sight.config);
  }
  const order = {
    scope: wanted?.scope ?? scopeWords(options),
    fetch: true,
    confirm: options.confirm ?? [],
    acceptHistory: options.acceptHistory === true,
    ...(trial === undefined ? {} : { trial }),
    ...(wanted === undefined ? {} : { planId: wanted.id }),
  };
  return write(cx, { order, options, startedAt, sight });
}

/** Of all options those that narrow. */
function scopeWords({ service, stage }: ScopeOptions): ScopeOptions {
  return { ...(service === undefined ? {} : { service }), ...(stage === undefined ? {} : { stage }) };
}

/** What a pass that will act needs soonest: begun before the rest of it is loaded. */
async function serveSoon(cx: CliContext, config: NodeConfig): Promise<void> {
  (await import('../frame/writer.ts')).serveSoonFor(cx, config);
}

/** undefined: there is nothing to be yet, perhaps because nothing was fetched. */
async function firstLook(cx: CliContext): Promise<Sight | undefined> {
  try {
    return await lookAround(cx, {
      // A commit that was never applied: there will be work.
      onLoaded: ({ config, loaded }) => {
        if (loaded.desired !== undefined && loaded.fresh !== undefined) void serveSoon(cx, config);
      },
    });
  } catch (error) {
    if (isFleetError(error) && error.code === 'SOURCE_NOTHING') return undefined;
    throw error;
  }
}

/** Nothing to do, to wait a moment for, to write down or to fetch. */
function isQuiet({ config, loaded, seen }: Sight, made: Plan): boolean {
  const isFetched = config.source.type === 'git' && config.source.remote !== '';
  const isSettled = made.actions.length === 0 && !made.waiting.some(isPatient);
  // What a tried commit left has to be written down as gone before a newer one counts.
  if (loaded.desired?.trial?.state === 'over') return false;
  return isSettled && loaded.fresh === undefined && Object.keys(seen.notes).length === 0 && !isFetched;
}

function quiet(cx: CliContext, { sight, made, tookMs }: { sight: Sight; made: Plan; tookMs: number }): number {
  const code = planExit(made);
  if (cx.json) cx.printJson({ ...made, exit: code, done: [], failed: [] });
  else {
    cx.tell(troubleLines(sight.loaded, cx.errLook));
    cx.print(renderPlan(made, planMeta(sight, tookMs), { width: cx.look.width, ascii: cx.look.ascii, verbose: false }));
  }
  return sight.loaded.trouble === undefined ? code : worst(code, exit.held);
}

interface Writing {
  readonly order: PassOrder;
  readonly options: ApplyOptions;
  readonly startedAt: number;
  readonly sight: Sight | undefined;
}

async function write(cx: CliContext, { options, order, sight, startedAt }: Writing): Promise<number> {
  const { passNode } = await import('../frame/writer.ts');
  const { passOnce, reportPass } = await import('./pass.ts');
  const result = await passOnce(cx, await passNode(cx), {
    order,
    ask: options.yes !== true,
    verbose: options.verbose === true,
    ...(sight === undefined ? {} : { before: sight.loaded, seen: seenBefore(sight) }),
  });
  const { trial } = result;
  const code = reportPass(cx, result, {
    tookMs: performance.now() - startedAt,
    ...(trial === undefined ? {} : { also: { trial } }),
  });
  return trial === undefined ? code : (await import('./trial.ts')).followTrial(cx, trial, code);
}

/** @throws BAD_TIME REF_UNTRIED */
function trialOf({ confirmWithin, ref }: ApplyOptions): PassOrder['trial'] {
  if (confirmWithin !== undefined)
    return { withinMs: spanMs(confirmWithin, '--confirm-within'), ...(ref === undefined ? {} : { ref }) };
  if (ref === undefined) return undefined;
  throw fail('REF_UNTRIED', {
    message: `apply ${ref}`,
    wanted: '--confirm-within beside --ref',
    actual: '--ref alone: the next pass would undo it',
    hint: `reconcile apply --ref ${ref} --confirm-within 60s; reconcile plan --ref ${ref}`,
  });
}

/** What this command saw without the lock: its pass goes by it where nobody wrote in between. */
function seenBefore({ begunAt, desired, seen }: Sight): SeenBefore | undefined {
  // What could not be read may answer by now.
  if (Object.keys(seen.observed.blind).length > 0) return undefined;
  return { begunAt, commit: desired.commit, look: { observed: seen.observed, notes: seen.notes } };
}
