import type { CliContext } from '../frame/context.ts';
import type { Far } from '../frame/far.ts';
import type { Preview } from '../words/word.ts';
import type { ApplyOptions } from './apply.ts';
import { asks } from './pass.ts';
import { wantedPlan } from './plan-file.ts';
import { planThere, showPlanThere } from './plan-there.ts';

/** What `apply` would do on another machine. @throws PLAN_UNREADABLE NO_SERVICE STAGE_UNKNOWN */
export async function previewApply(
  cx: CliContext,
  far: Far,
  { given, options }: { readonly given: string | undefined; readonly options: ApplyOptions },
): Promise<Preview> {
  const wanted = given === undefined ? undefined : await wantedPlan(given);
  const found = await planThere(cx, far, wanted?.scope ?? options);
  const { actions, held, id } = found.plan;
  // What is released makes another plan of it than the one that is shown.
  const releases = (options.confirm ?? []).length > 0 || options.acceptHistory === true;
  return {
    planId: releases ? undefined : id,
    asks: actions.some(asks) || (releases && held.length > 0),
    show: () => showPlanThere(cx, found, options.verbose === true),
  };
}
