import type { PassResult } from '@reconcile/agent/service';
import { harmless, type Line, line, piece } from '@reconcile/core/render';

/** Each address asked by name in a line; what was wanted and found where they differ. */
export function reachedLines(reached: NonNullable<PassResult['reached']>): Line[] {
  return reached.flatMap(({ actual, isWell, says, url, wanted }) => [
    line(`  ${url}  `, piece(harmless(says), isWell ? 'dim' : 'bad')),
    ...(wanted === undefined ? [] : [line(piece('    wanted  ', 'dim'), harmless(wanted))]),
    ...(actual === undefined ? [] : [line(piece('    actual  ', 'dim'), harmless(actual))]),
  ]);
}
