import { harmless, type Line, line, piece, type Style } from '@reconcile/core/render';
import type { CliContext } from '../frame/context.ts';

/** Shows a unified diff. What reads a pipe gets it byte for byte, so that `git apply` takes it. */
export function printPatch(cx: CliContext, patch: string): void {
  if (cx.look.isTerminal) cx.print(patchLines(patch));
  else if (patch !== '') cx.printText(patch);
}

/** The same as lines, coloured by their signs. */
export function patchLines(patch: string): Line[] {
  const lines = patch.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((text, i) => line(piece(harmless(text), styleOf(text, i))));
}

function styleOf(text: string, index: number): Style {
  if (index < 2 && /^(---|\+\+\+) /.test(text)) return 'bold';
  if (text.startsWith('@@')) return 'head';
  if (text.startsWith('+')) return 'add';
  return text.startsWith('-') ? 'remove' : 'plain';
}
