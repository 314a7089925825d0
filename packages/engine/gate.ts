import type { Action, ApplyContext, Driver, Facts, Locus, ProbeResult } from '@reconcile/core';
import type { AwaitArgs } from '@reconcile/core/kinds/container';
import type { Host, ReadHost } from '@reconcile/host';
import { fail } from './errors.ts';
import { GateBook } from './gate-book.ts';
import { diagnoseListening } from './look/probe-tcp.ts';
import { probe } from './probe.ts';

const firstPauseMs = 250;
const longestPauseMs = 1000;

/**
 * Keeps probing until the container is ready: `successes` good probes in a row, and good for `minReadyMs`. Every 250 ms,
 * slowing to 1 s. Ends at once when the process ends: it is not started a second time here. `book` remembers when it was
 * opened, for a pass that left it open.
 * @throws GATE_EXPIRED GATE_ENDED
 */
export async function passGate(
  cx: ApplyContext<Host>,
  driver: Driver<ReadHost, Host>,
  { action, book = new GateBook() }: { action: Action; book?: GateBook | undefined },
): Promise<Facts> {
  const args = action.args as unknown as AwaitArgs;
  const { clock } = cx.host;
  const first = await driver.locate?.(cx, action.key);
  const openedAt = book.opened(action.key, first, clock.now());
  let goodSince: number | undefined;
  let good = 0;
  let pauseMs = firstPauseMs;
  let last: ProbeResult | undefined;
  for (let locus = first; clock.now() - openedAt < args.deadlineMs; locus = await driver.locate?.(cx, action.key)) {
    if (locus !== undefined && !locus.running) {
      book.closed(action.key, first);
      throw ended(args, await exitCodeOf(cx, driver, { action, locus }), await said(cx, driver, action));
    }
    last = await probe(cx, driver, { key: action.key, target: args, locus: locus ?? { running: true, pid: 0 } });
    if (last.healthy) {
      goodSince ??= clock.now();
      good++;
      const readyForMs = clock.now() - goodSince;
      if (good >= args.successes && readyForMs >= args.minReadyMs) {
        book.closed(action.key, first);
        return { health: 'healthy', readyMs: clock.now() - openedAt, ...identity(locus) };
      }
      await clock.sleep(Math.min(firstPauseMs, Math.max(10, args.minReadyMs - readyForMs)), cx.signal);
      continue;
    }
    goodSince = undefined;
    good = 0;
    await clock.sleep(pauseMs, cx.signal);
    pauseMs = Math.min(longestPauseMs, pauseMs * 1.2);
  }
  book.closed(action.key, first);
  const why = (await misplaced(cx, driver, action)) ?? last?.message ?? 'never probed';
  throw fail('GATE_EXPIRED', {
    message: `${action.slot} was not ready within ${Math.round(args.deadlineMs / 1000)} s: ${why}`,
    key: action.key,
    hint: `reconcile logs ${action.slot}`,
  });
}

/** The runtime records an end a moment after it; undefined: it did not within a second. */
async function exitCodeOf(
  cx: ApplyContext<Host>,
  driver: Driver<ReadHost, Host>,
  { action, locus }: { action: Action; locus: Locus },
): Promise<number | undefined> {
  let { exitCode } = locus;
  for (let tries = 0; exitCode === undefined && tries < 20; tries++) {
    await cx.host.clock.sleep(50, cx.signal);
    exitCode = (await driver.locate?.(cx, action.key))?.exitCode;
  }
  return exitCode;
}

/** The usual reason why nobody answers: the program listens elsewhere, or not at all. undefined: it listens where it should. */
async function misplaced(
  cx: ApplyContext<Host>,
  driver: Driver<ReadHost, Host>,
  action: Action,
): Promise<string | undefined> {
  const { containerPort, hostNetwork } = action.args as unknown as AwaitArgs;
  const locus = await driver.locate?.(cx, action.key);
  if (containerPort === null || locus === undefined || !locus.running) return undefined;
  const seen = await cx.host.proc.listens(locus.pid, containerPort, { own: hostNetwork });
  return seen === undefined || seen.outside ? undefined : diagnoseListening(containerPort, seen);
}

/** Which container it was that became ready: the ledger may know another one, or none. */
function identity(locus: Locus | undefined): Facts {
  if (locus?.id === undefined) return {};
  return { id: locus.id, ...(locus.aliases === undefined ? {} : { aliases: locus.aliases }) };
}

function ended(args: AwaitArgs, exitCode: number | undefined, lines: readonly string[]): Error {
  const output = lines.length === 0 ? '' : `; it said: ${lines.at(-1)}`;
  return fail('GATE_ENDED', {
    message: `${args.name} ended with ${exitCode ?? 'an unknown code'} before it was ready${output}`,
    key: `container/${args.name}`,
  });
}

async function said(
  cx: ApplyContext<Host>,
  driver: Driver<ReadHost, Host>,
  action: Action,
): Promise<readonly string[]> {
  try {
    return (await driver.tail?.(cx, action.key, 3)) ?? [];
  } catch {
    return [];
  }
}
