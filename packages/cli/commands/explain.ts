import { type Explained, explained } from '@reconcile/agent/documents';
import { gradeStyle, line, piece, renderExplanation } from '@reconcile/core/render';
import { callerOf } from '../frame/agent.ts';
import type { CliContext } from '../frame/context.ts';
import { exit } from '../frame/exit.ts';
import type { Far } from '../frame/far.ts';
import { lookAround } from '../frame/node.ts';
import { absenceLine } from './named.ts';

/** Why a service is in the state it is in: gate by gate, field by field. Parts that are well take one line. */
export async function runExplain(cx: CliContext, given: string): Promise<number> {
  const { document, explanations, node, well } =
    cx.far === undefined ? await explainedHere(cx, given) : await explainedThere(cx, cx.far, given);
  if (cx.json) {
    cx.printJson(document);
    return exit.converged;
  }
  if ('service' in document) cx.print([absenceLine({ node }, document.name, document)]);
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

type Told = Explained & { readonly node: string };

async function explainedHere(cx: CliContext, given: string): Promise<Told> {
  const sight = await lookAround(cx);
  return { ...(await explained(sight, given, cx.signal)), node: sight.config.node };
}

/** Parts that are well have no explanation: they come with the rows. */
async function explainedThere(cx: CliContext, { node, service }: Far, given: string): Promise<Told> {
  const of = callerOf(cx);
  const document = await service.explain(of, given);
  if ('service' in document) return { document, explanations: [], well: [], node };
  if (!isList(document)) return { document, explanations: [document], well: [], node };
  const { rows } = await service.services(of, [given]);
  return { document, explanations: document, well: rows.filter(({ grade }) => grade === 'well'), node };
}

function isList<T extends object>(document: T | readonly T[]): document is readonly T[] {
  return Array.isArray(document);
}
