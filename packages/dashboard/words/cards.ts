import type { Hold } from '@reconcile/core';
import type { NodeStanding, Standing } from '@reconcile/core/render';
import type { AgentState, CertificateRow, PlanDocument } from '../model/documents.ts';

/** Something that a person should look at, most urgent first. Nothing else gets a card. */
export type Card =
  | { readonly kind: 'source'; readonly message: string; readonly hint: string }
  | { readonly kind: 'failing'; readonly row: Standing }
  | { readonly kind: 'held'; readonly hold: Hold }
  | { readonly kind: 'rolled back'; readonly row: Standing }
  | { readonly kind: 'refused'; readonly row: Standing }
  | { readonly kind: 'certificate'; readonly certificate: CertificateRow; readonly until: number }
  | { readonly kind: 'problem'; readonly name: string; readonly message: string; readonly hint: string };

interface Facts {
  readonly node: Pick<NodeStanding, 'rows'>;
  readonly plan: Pick<PlanDocument, 'held'> | undefined;
  readonly state: Pick<AgentState, 'problems' | 'source'> | undefined;
  readonly certificates: readonly CertificateRow[];
  readonly now: number;
}

const soonMs = 14 * 86_400_000;
/** Cards are read one by one; what is over is counted instead. */
export const mostCards = 6;

export function cardsOf({ certificates, node, now, plan, state }: Facts): Card[] {
  const graded = (grade: Standing['grade']) => node.rows.filter((row) => row.grade === grade);
  const problem = state?.source.problem;
  return [
    ...(problem === undefined ? [] : [{ kind: 'source', message: problem.message, hint: problem.hint ?? '' } as const]),
    ...graded('failing').map((row) => ({ kind: 'failing', row }) as const),
    // A known-bad version is told by its service's own card.
    ...(plan?.held ?? []).flatMap((hold) => (hold.code === 'KnownBad' ? [] : [{ kind: 'held', hold } as const])),
    ...graded('rolled back').map((row) => ({ kind: 'rolled back', row }) as const),
    ...graded('refused').map((row) => ({ kind: 'refused', row }) as const),
    ...certificates.flatMap((certificate): Card[] => {
      const until = certificate.configured?.notAfter;
      return until !== undefined && until - now < soonMs ? [{ kind: 'certificate', certificate, until }] : [];
    }),
    ...Object.entries(state?.problems ?? {}).map(
      ([name, { hint = '', message }]) => ({ kind: 'problem', name, message, hint }) as const,
    ),
  ];
}
