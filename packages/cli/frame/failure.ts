import { errorChain, isFleetError } from '@reconcile/core';
import { harmless, type Line, line, piece } from '@reconcile/core/render';

/** An error as people read it: the thing, wanted, actual, the cause chain, the next command. */
export function failureLines(error: unknown): Line[] {
  const chain = errorChain(error);
  const [first, ...causes] = chain;
  const code = first?.code === undefined ? '' : ` [${first.code}]`;
  const lines: Line[] = [line(piece('error: ', 'bad'), harmless(first?.message ?? String(error)), piece(code, 'dim'))];
  if (isFleetError(error)) {
    if (error.wanted !== undefined) lines.push(line('  wanted  ', harmless(error.wanted)));
    if (error.actual !== undefined)
      lines.push(
        ...error.actual.split('\n').map((text, i) => line(i === 0 ? '  actual  ' : '          ', harmless(text))),
      );
  }
  for (const cause of causes) lines.push(line(piece('  because ', 'dim'), harmless(cause.message)));
  if (isFleetError(error) && error.hint !== undefined)
    lines.push(line(piece('  next    ', 'dim'), harmless(error.hint)));
  return lines;
}

/** The same for a program. */
export function failureJson(error: unknown): object {
  const fleet = isFleetError(error) ? error : undefined;
  return {
    error: {
      code: fleet?.code ?? 'UNEXPECTED',
      message: error instanceof Error ? error.message : String(error),
      ...(fleet?.wanted === undefined ? {} : { wanted: fleet.wanted }),
      ...(fleet?.actual === undefined ? {} : { actual: fleet.actual }),
      ...(fleet?.hint === undefined ? {} : { hint: fleet.hint }),
      chain: errorChain(error),
    },
  };
}
