import { isFleetError } from '@reconcile/core';
import { harmless, type Line, line, piece } from '@reconcile/core/render';
import { exit, worst } from '../frame/exit.ts';
import { failureJson, failureLines } from '../frame/failure.ts';
import type { NodeOutput } from './node-output.ts';

/** What came of a command on one of several machines. */
export interface Outcome {
  readonly node: string;
  readonly exit: number;
  readonly error?: unknown;
  /** It was not begun, because of that other one. */
  readonly after?: string;
}

/** The agent was never reached, or was lost on the way. */
function isLost(error: unknown): boolean {
  return isFleetError(error) && (error.code.startsWith('FAR_') || error.code === 'RUN_MISSING');
}

/** The worst of several: a program's own exit code lies between trouble and an error of ours. */
export function worstOf(codes: readonly number[]): number {
  const ours: readonly number[] = Object.values(exit);
  const code = worst(...codes.filter((one) => ours.includes(one)));
  const others = codes.filter((one) => !ours.includes(one));
  return code === exit.error || code === exit.usage ? code : Math.max(code, ...others);
}

/** How it ended, where it did not simply end. */
export function outcomeLines({ after, error }: Outcome): Line[] {
  if (after !== undefined) return [line(piece('not begun: ', 'warn'), `${after} did not come out well`)];
  if (error === undefined) return [];
  const lines = failureLines(error);
  if (!isLost(error) || !isFleetError(error)) return lines;
  const why = error.actual === undefined ? error.message : `${error.message}: ${error.actual}`;
  return [line(piece('not reached: ', 'bad'), harmless(why), piece(` [${error.code}]`, 'dim')), ...lines.slice(-1)];
}

/** One value of `nodes` in the JSON answer. */
export function outcomeJson({ after, error, exit: code }: Outcome, output: NodeOutput): object {
  if (after !== undefined) return { exit: code, after };
  if (error === undefined) return { exit: code, ...output.told() };
  const lost = isLost(error) && error instanceof Error ? { lost: error.message } : {};
  return { exit: code, ...lost, ...failureJson(error) };
}
