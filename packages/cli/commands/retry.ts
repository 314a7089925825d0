import { askRetry, requestTarget } from '@reconcile/agent/request';
import { narrow } from '@reconcile/core/plan';
import { line, piece } from '@reconcile/core/render';
import type { CliContext } from '../frame/context.ts';
import { passOnce, reportPass } from './pass.ts';
import { askedLine, type RequestOptions, requestWorld } from './request.ts';

/** `retry S`: forgets what is held against it (versions that failed, backoff, failed jobs) and tries at once. */
export async function runRetry(cx: CliContext, name: string, options: RequestOptions): Promise<number> {
  const startedAt = performance.now();
  const pick = (desired: Parameters<typeof requestTarget>[0], plain: string) => requestTarget(desired, plain, 'retry');
  const { asker, node, target } = await requestWorld(cx, name, { options, pick });
  let wasHeld = false;
  const outcome = await passOnce(cx, node, {
    scope: (made) => narrow(made, { services: [target] }),
    ask: false,
    record: async (registry) => {
      wasHeld = await askRetry(asker(registry), target);
      if (cx.json) return;
      cx.print([askedLine(node, `retry ${target}`, options.message)]);
      if (!wasHeld) cx.print([line(piece(`nothing was held against ${target}`, 'dim'))]);
    },
  });
  return reportPass(cx, outcome, { tookMs: performance.now() - startedAt, subject: target, also: { wasHeld } });
}
