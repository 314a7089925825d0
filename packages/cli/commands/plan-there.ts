import type { PlanDocument } from '@reconcile/agent/service';
import type { ScopeOptions } from '@reconcile/agent/subject';
import type { Plan } from '@reconcile/core';
import { planExit, worst } from '@reconcile/core/exit';
import { narrow } from '@reconcile/core/plan';
import { conditionLines, renderPlan } from '@reconcile/core/render';
import { fail } from '../errors.ts';
import { callerOf, nameThere } from '../frame/agent.ts';
import type { CliContext } from '../frame/context.ts';
import { exit } from '../frame/exit.ts';
import type { Far } from '../frame/far.ts';
import { commitMeta } from './commit-meta.ts';
import { troubleLines } from './trouble.ts';

/** What the agent of another machine would do, as of its last look; it is never older than half a minute. */
export interface PlanThere {
  readonly plan: Plan;
  readonly document: PlanDocument;
  readonly exit: number;
}

/** @throws NO_SERVICE NO_STAGE NO_NODE */
export async function planThere(cx: CliContext, far: Far, { service, stage }: ScopeOptions): Promise<PlanThere> {
  const of = callerOf(cx);
  const services = service === undefined ? undefined : await Promise.all(service.map((one) => nameThere(far, one)));
  // Says which names mean nothing there.
  if (services !== undefined) await far.service.services(of, services);
  const document = await far.service.plan(of);
  const stages = stage?.map((name) => stageOf(document, far, name));
  if (services === undefined && stages === undefined) return { plan: document, document, exit: document.exit };
  const plan = narrow(document, {
    ...(services === undefined ? {} : { services }),
    ...(stages === undefined ? {} : { stages }),
  });
  const trouble = document.source.trouble === undefined ? exit.converged : exit.held;
  return { plan, document, exit: worst(planExit(plan), trouble) };
}

function stageOf({ source: { stages = [] } }: PlanDocument, { node }: Far, name: string): number {
  const index = stages.indexOf(name);
  if (index >= 0) return index;
  throw fail('STAGE_UNKNOWN', { message: `look at stage ${name} on ${node}`, wanted: stages.join(', '), actual: name });
}

/** Prints it as `plan` does. */
export function showPlanThere(cx: CliContext, { document, plan }: PlanThere, verbose: boolean): void {
  const { conditions = [], lookedAt, source } = document;
  const { at = 0, author = '', commit, message = '' } = source;
  const info = commit === undefined ? undefined : { commit, message, author, at };
  cx.tell(troubleLines({ ...source, trouble: source.trouble, commit: info }, cx.errLook));
  cx.print(conditionLines(conditions, cx.look.width));
  const meta = {
    stages: source.stages ?? [],
    ...commitMeta(info),
    observedAgoMs: Math.max(0, Date.now() - lookedAt),
  };
  cx.print(renderPlan(plan, meta, { width: cx.look.width, ascii: cx.look.ascii, verbose }));
}
