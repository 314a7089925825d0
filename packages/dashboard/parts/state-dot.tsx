import type { Standing } from '@reconcile/core/render';
import { gradeTone, stateWord } from '../words/sentence.ts';

/** Colour, shape and word say the same, so that no one of them is needed. */
export function StateDot({ row }: { readonly row: Pick<Standing, 'grade' | 'state'> }) {
  const isQuiet = row.state === 'stopped' || row.state === 'idle';
  return (
    <span class={`state tone-${isQuiet && row.grade === 'well' ? 'quiet' : gradeTone(row.grade)}`}>
      <span class="dot" aria-hidden="true" />
      {stateWord(row)}
    </span>
  );
}
