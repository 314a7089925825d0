import type { CliContext } from '../frame/context.ts';
import { type NodeOutput, nodeOutput } from './node-output.ts';
import { type Outcome, outcomeJson, outcomeLines, worstOf } from './outcome.ts';
import type { Place } from './places.ts';

/** One of several machines, and what it says. */
export interface Seat {
  readonly place: Place;
  readonly output: NodeOutput;
  /** What it says goes out as it comes. */
  readonly isLive: boolean;
}

export function seatsFor(cx: CliContext, places: readonly Place[], isLive: boolean): Seat[] {
  const width = Math.max(...places.map(({ node }) => node.length));
  return places.map((place) => ({ place, isLive, output: nodeOutput(cx, { node: place.node, width, isLive }) }));
}

/** How one machine's part ended: told at once where it speaks as it goes on. */
export function settle(cx: CliContext, { isLive, output, place }: Seat, outcome: Outcome): Outcome {
  if (!isLive) return outcome;
  const isTold = outcome.error !== undefined || outcome.after !== undefined;
  if (cx.json && isTold) cx.printJson({ node: place.node, ...outcomeJson(outcome, output) });
  else output.cx.tell(outcomeLines(outcome));
  return outcome;
}

/** Puts out what was kept back, machine by machine. `more`: further fields of the JSON answer. @returns the worst exit code */
export function report(
  cx: CliContext,
  ended: readonly { readonly seat: Seat; readonly outcome: Outcome }[],
  more: object = {},
): number {
  const code = worstOf(ended.map(({ outcome }) => outcome.exit));
  const late = ended.filter(({ seat }) => !seat.isLive);
  if (cx.json && late.length > 0) {
    const nodes = late.map(({ outcome, seat }) => [seat.place.node, outcomeJson(outcome, seat.output)]);
    cx.printJson({ version: 1, exit: code, ...more, nodes: Object.fromEntries(nodes) as object });
    return code;
  }
  for (const { outcome, seat } of late) {
    seat.output.show();
    seat.output.cx.tell(outcomeLines(outcome));
    seat.output.show();
  }
  return code;
}

/** At most `most` at once, results in the order of what they are of. */
export async function bounded<T, R>(most: number, all: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async () => {
    for (let at = next++; at < all.length; at = next++) results[at] = await work(all[at] as T);
  };
  await Promise.all(Array.from({ length: Math.min(most, all.length) }, worker));
  return results;
}
