import { type Explanation, harmless, type Standing } from '@reconcile/core/render';
import { explain } from '../explain/explain.ts';
import { explainFacts } from '../explain/facts.ts';
import type { ExplainDocument } from '../service/documents.ts';
import { absenceNamed, plainName, rowsNamed } from '../subject/named.ts';
import { standingOf } from './node.ts';
import type { Sight } from './sight.ts';

/** Why each part of a service is as it is, and the parts that are well and need no explanation. */
export interface Explained {
  readonly document: ExplainDocument;
  readonly explanations: readonly Explanation[];
  /** Parts that are well, of a service with others that are not. */
  readonly well: readonly Standing[];
}

/** `explain S`. @throws NO_SERVICE NO_NODE */
export async function explained(sight: Sight, given: string, signal: AbortSignal): Promise<Explained> {
  const { config, host, registry, seen } = sight;
  const { scene, standing } = await standingOf(sight);
  const name = plainName(given, standing.node);
  const absence = absenceNamed(standing, name);
  if (absence !== undefined) return { document: { name, node: standing.node, ...absence }, explanations: [], well: [] };
  const rows = rowsNamed(standing, [name]);
  const full = rows.length === 1 ? rows : rows.filter((row) => row.grade !== 'well');
  const found = await Promise.all(
    full.map(async ({ slot }) => {
      const facts = await explainFacts({ config, host, registry, signal, scene }, slot);
      const output = { ...facts.output, lines: facts.output.lines.map(harmless) };
      return explain({ scene, standing, input: seen.input, facts: { ...facts, output }, zone: 'local' }, slot);
    }),
  );
  const explanations = found.flatMap((one) => one ?? []);
  const [only] = explanations;
  const document = only !== undefined && explanations.length === 1 ? only : explanations;
  return { document, explanations, well: rows.filter((row) => !full.includes(row)) };
}
