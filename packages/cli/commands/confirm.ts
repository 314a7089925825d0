import { line, piece } from '@reconcile/core/render';
import type { CliContext } from '../frame/context.ts';
import { passNode } from '../frame/writer.ts';
import { passOnce, reportPass } from './pass.ts';

/** `confirm [ID]`: what `apply --confirm-within` tries stays; then an ordinary pass. @throws CONFIRM_NONE CONFIRM_LATE */
export async function runConfirm(cx: CliContext, id: string | undefined): Promise<number> {
  const startedAt = performance.now();
  const result = await passOnce(cx, await passNode(cx), { order: { keep: id ?? '' }, ask: false });
  const { commit } = result.first;
  if (!cx.json) cx.print([line(piece(commit.slice(0, 7), 'bold'), ' is confirmed and stays')]);
  return reportPass(cx, result, { tookMs: performance.now() - startedAt, also: { confirmed: commit } });
}
