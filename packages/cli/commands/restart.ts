import { askRestart, requestTarget } from '@reconcile/agent/request';
import type { Request } from '@reconcile/core';
import { narrow } from '@reconcile/core/plan';
import { line, piece } from '@reconcile/core/render';
import { openRequests } from '@reconcile/registry';
import type { CliContext } from '../frame/context.ts';
import { exit, worst } from '../frame/exit.ts';
import { passOnce, reportPass } from './pass.ts';
import { askedLine, type RequestOptions, requestWorld } from './request.ts';

/** `restart S`: its containers stop and start, one component after the other; nothing is made anew. */
export async function runRestart(cx: CliContext, name: string, options: RequestOptions): Promise<number> {
  const startedAt = performance.now();
  const pick = (desired: Parameters<typeof requestTarget>[0], plain: string) =>
    requestTarget(desired, plain, 'restart');
  const { asker, node, target } = await requestWorld(cx, name, { options, pick });
  let request: Request | undefined;
  let isOpen = false;
  const outcome = await passOnce(cx, node, {
    scope: (made) => narrow(made, { services: [target] }),
    ask: false,
    record: async (registry) => {
      request = await askRestart(asker(registry), target);
      if (!cx.json) cx.print([askedLine(node, `restart ${target}`, options.message)]);
    },
    conclude: async (registry) => {
      isOpen = registry.read(openRequests).some(({ id }) => id === request?.id);
    },
  });
  const also = { request: request?.id, fulfilled: !isOpen };
  const code = reportPass(cx, outcome, {
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
