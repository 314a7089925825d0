import { fetchSource } from '@reconcile/agent/request';
import { harmless, line, piece } from '@reconcile/core/render';
import type { CliContext } from '../frame/context.ts';
import { withSpinner } from '../frame/progress.ts';
import type { WritingNode } from '../frame/writer.ts';

/** What the agent does by itself: brings the source up to date. When that fails, what was fetched last counts. */
export async function fetchForPass(cx: CliContext, node: WritingNode): Promise<void> {
  const trouble = await withSpinner(cx, `fetching for ${node.config.node}`, () => fetchSource(node));
  if (trouble === undefined) return;
  cx.tell([
    line(
      piece(`source: ${trouble.problem}  `, 'bad'),
      `${harmless(trouble.message)}; going on with what was fetched last`,
    ),
    line(piece('  next    ', 'dim'), harmless(trouble.hint)),
  ]);
}
