import { explain, explainFacts } from '@reconcile/agent/explain';
import { nodeStanding, originOf, type Scene, sceneOf } from '@reconcile/agent/standing';
import {
  type Explanation,
  gradeStyle,
  harmless,
  line,
  type NodeStanding,
  piece,
  renderExplanation,
} from '@reconcile/core/render';
import type { CliContext } from '../frame/context.ts';
import { exit } from '../frame/exit.ts';
import { lookAround, type Sight } from '../frame/node.ts';
import { absenceLine, absenceNamed, plainName, rowsNamed } from './named.ts';

/** Why a service is in the state it is in: gate by gate, field by field. Parts that are well take one line. */
export async function runExplain(cx: CliContext, given: string): Promise<number> {
  const sight = await lookAround(cx);
  const scene = sceneOf(sight.seen);
  const standing = nodeStanding(scene, await originOf(sight.config, sight.host, sight.loaded), 'local');
  const name = plainName(given, standing.node);
  if (absent(cx, standing, name)) return exit.converged;
  const rows = rowsNamed(standing, [name]);
  const full = rows.length === 1 ? rows : rows.filter((row) => row.grade !== 'well');
  const found = await Promise.all(full.map((row) => explainSlot({ cx, sight, scene, standing }, row.slot)));
  const explanations = found.flatMap((one) => one ?? []);
  if (cx.json) {
    cx.printJson(explanations.length === 1 ? explanations[0] : explanations);
    return exit.converged;
  }
  for (const [i, one] of explanations.entries()) {
    if (i > 0) cx.print([[]]);
    cx.print(renderExplanation(one, { width: cx.look.width, ascii: cx.look.ascii }));
  }
  const well = rows.filter((row) => !full.includes(row));
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

interface Looking {
  readonly cx: CliContext;
  readonly sight: Sight;
  readonly scene: Scene;
  readonly standing: NodeStanding;
}

async function explainSlot({ cx, scene, sight, standing }: Looking, slot: string): Promise<Explanation | undefined> {
  const { config, host, registry, seen } = sight;
  const facts = await explainFacts({ config, host, registry, signal: cx.signal, scene }, slot);
  const output = { ...facts.output, lines: facts.output.lines.map(harmless) };
  return explain({ scene, standing, input: seen.input, facts: { ...facts, output }, zone: 'local' }, slot);
}

/** Declared, and not for this node: that is the whole explanation. */
function absent(cx: CliContext, standing: NodeStanding, name: string): boolean {
  const absence = absenceNamed(standing, name);
  if (absence === undefined) return false;
  if (cx.json) cx.printJson({ name, node: standing.node, ...absence });
  else cx.print([absenceLine(standing, name, absence)]);
  return true;
}
