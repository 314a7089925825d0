import { requestTarget } from '@reconcile/agent/request';
import { line, piece } from '@reconcile/core/render';
import type { CliContext } from '../frame/context.ts';
import { passOnce, reportPass } from './pass.ts';
import { askedLine, type RequestOptions, requestOrder, requestWorld } from './request.ts';

/** `retry S`: forgets what is held against it (versions that failed, backoff, failed jobs) and tries at once. */
export async function runRetry(cx: CliContext, name: string, options: RequestOptions): Promise<number> {
  const startedAt = performance.now();
  const pick = (desired: Parameters<typeof requestTarget>[0], plain: string) => requestTarget(desired, plain, 'retry');
  const { node, target } = await requestWorld(cx, name, pick);
  const result = await passOnce(cx, node, {
    order: requestOrder('retry', target, options),
    ask: false,
    asked: (wasHeld) => {
      if (cx.json) return;
      cx.print([askedLine(node, `retry ${target}`, options.message)]);
      if (wasHeld !== true) cx.print([line(piece(`nothing was held against ${target}`, 'dim'))]);
    },
  });
  const wasHeld = result.request?.wasHeld === true;
  return reportPass(cx, result, { tookMs: performance.now() - startedAt, subject: target, also: { wasHeld } });
}
