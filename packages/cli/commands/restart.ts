import { requestTarget } from '@reconcile/agent/request';
import { line, piece } from '@reconcile/core/render';
import type { CliContext } from '../frame/context.ts';
import { exit, worst } from '../frame/exit.ts';
import { passOnce, reportPass } from './pass.ts';
import { askedLine, type RequestOptions, requestOrder, requestWorld } from './request.ts';

/** `restart S`: its containers stop and start, one component after the other; nothing is made anew. */
export async function runRestart(cx: CliContext, name: string, options: RequestOptions): Promise<number> {
  const startedAt = performance.now();
  const pick = (desired: Parameters<typeof requestTarget>[0], plain: string) =>
    requestTarget(desired, plain, 'restart');
  const { node, target } = await requestWorld(cx, name, pick);
  const result = await passOnce(cx, node, {
    order: requestOrder('restart', target, options),
    ask: false,
    asked: () => {
      if (!cx.json) cx.print([askedLine(node, `restart ${target}`, options.message)]);
    },
  });
  const isOpen = result.request?.isOpen === true;
  const also = { request: result.request?.id, fulfilled: !isOpen };
  const code = reportPass(cx, result, {
    tookMs: performance.now() - startedAt,
    subject: target,
    verdict: 'restarted',
    also,
  });
  if (!isOpen) return code;
  if (!cx.json)
    cx.tell([line(piece('note: ', 'warn'), 'not restarted yet; the request stays, the next pass goes on: reconcile')]);
  return worst(code, exit.held);
}
