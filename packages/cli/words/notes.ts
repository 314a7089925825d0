import { type Line, line, piece } from '@reconcile/core/render';

/** What is worth knowing and nobody's fault. */
export function noteLines(notes: readonly string[]): Line[] {
  return notes.map((note) => line(piece('note: ', 'dim'), note));
}
