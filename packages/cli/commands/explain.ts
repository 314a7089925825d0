import { explained } from '@reconcile/agent/documents';
import { gradeStyle, line, piece, renderExplanation } from '@reconcile/core/render';
import type { CliContext } from '../frame/context.ts';
import { exit } from '../frame/exit.ts';
import { lookAround } from '../frame/node.ts';
import { absenceLine } from './named.ts';

/** Why a service is in the state it is in: gate by gate, field by field. Parts that are well take one line. */
export async function runExplain(cx: CliContext, given: string): Promise<number> {
  const sight = await lookAround(cx);
  const { document, explanations, well } = await explained(sight, given, cx.signal);
  if (cx.json) {
    cx.printJson(document);
    return exit.converged;
  }
  if ('service' in document) cx.print([absenceLine(sight.config, document.name, document)]);
  for (const [i, one] of explanations.entries()) {
    if (i > 0) cx.print([[]]);
    cx.print(renderExplanation(one, { width: cx.look.width, ascii: cx.look.ascii }));
  }
  if (well.length > 0 && explanations.length > 0) cx.print([[]]);
  cx.print(
    well.map((row) =>
      line(
        piece(row.name, 'bold'),
        '  ',
        piece(row.state, gradeStyle(row.grade)),
        piece(`    more: reconcile explain ${row.slot}`, 'dim'),
      ),
    ),
  );
  return exit.converged;
}
