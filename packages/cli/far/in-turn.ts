import { line } from '@reconcile/core/render';
import { callerOf } from '../frame/agent.ts';
import type { CliContext } from '../frame/context.ts';
import { exit, worst } from '../frame/exit.ts';
import { withSpinner } from '../frame/progress.ts';
import type { InTurn } from '../words/word.ts';
import { connectFar, type FarAgent } from './connect.ts';
import type { Outcome } from './outcome.ts';
import { bounded, report, type Seat, settle } from './seats.ts';

const atOnce = 8;

/** A machine whose agent answers, and what would happen there. */
interface Ready {
  readonly seat: Seat;
  readonly far: FarAgent;
  /** Canary order; who has none comes last. */
  readonly rank: number;
  readonly preview: Awaited<ReturnType<InTurn['preview']>>;
}

interface Ended {
  readonly seat: Seat;
  readonly outcome: Outcome;
}

/**
 * One machine after another, by canary rank: what would happen on all of them is shown, a person is asked once, and it ends with the
 * first that does not come out well. One that is not reached at all is told, and stops nobody.
 */
export async function runInTurn(cx: CliContext, seats: readonly Seat[], verb: InTurn): Promise<number> {
  const met = await withSpinner(cx, `asking ${seats.length} nodes`, () =>
    bounded(atOnce, seats, (seat) => meet(cx, seat, verb)),
  );
  const ready = met.flatMap((one) => ('far' in one ? [one] : []));
  const lost = met.flatMap((one) => ('outcome' in one ? [one] : []));
  ready.sort((a, b) => a.rank - b.rank || (nameOf(a) < nameOf(b) ? -1 : 1));
  try {
    const isAsked = cx.canAsk && !cx.json && !verb.yes && ready.some(({ preview }) => preview.asks);
    if (isAsked) {
      for (const { preview } of ready) preview.show();
      const order = ready.map(nameOf).join(', then ');
      if (!(await cx.ask(`Do this on ${order}? [y/N] `))) {
        cx.print([line('Nothing was done.')]);
        return worst(report(cx, lost), exit.pending);
      }
    }
    const done = await oneByOne(cx, ready, { verb, isAsked });
    return report(cx, [...lost, ...done], { order: ready.map(nameOf) });
  } finally {
    for (const { far } of ready) far.close();
  }
}

const nameOf = ({ seat }: Ready): string => seat.place.node;

async function meet(cx: CliContext, seat: Seat, verb: InTurn): Promise<Ready | Ended> {
  const { output, place } = seat;
  let far: FarAgent | undefined;
  try {
    far = await connectFar(output.cx, place);
    const { rank = Number.MAX_SAFE_INTEGER } = await far.service.node(callerOf(output.cx));
    return { seat, far, rank, preview: await verb.preview(output.cx, far) };
  } catch (error) {
    far?.close();
    const outcome = { node: place.node, exit: exit.error, error: (await far?.told(error)) ?? error };
    return { seat, outcome: settle(cx, seat, outcome) };
  }
}

async function oneByOne(
  cx: CliContext,
  ready: readonly Ready[],
  { isAsked, verb }: { readonly verb: InTurn; readonly isAsked: boolean },
): Promise<Ended[]> {
  const done: Ended[] = [];
  let failed: string | undefined;
  for (const { far, preview, seat } of ready) {
    const { output, place } = seat;
    const { node } = place;
    const end = (outcome: Outcome) => done.push({ seat, outcome: settle(cx, seat, outcome) });
    if (failed !== undefined || cx.signal.aborted) {
      end({ node, exit: exit.pending, after: failed ?? 'what was stopped by Ctrl-C' });
      continue;
    }
    const outcome = await verb.run({ ...output.cx, far }, isAsked ? preview.planId : undefined).then(
      (code): Outcome => ({ node, exit: code }),
      async (error: unknown): Promise<Outcome> => ({ node, exit: exit.error, error: await far.told(error) }),
    );
    end(outcome);
    if (outcome.exit !== exit.converged && !verb.keepGoing) failed = node;
  }
  return done;
}
