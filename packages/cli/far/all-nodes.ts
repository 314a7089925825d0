import { createHost } from '@reconcile/host/writing';
import type { CliContext } from '../frame/context.ts';
import { exit } from '../frame/exit.ts';
import { withSpinner } from '../frame/progress.ts';
import type { How } from '../words/word.ts';
import { runInTurn } from './in-turn.ts';
import type { Outcome } from './outcome.ts';
import { allPlaces } from './places.ts';
import { askThere, type FarCommand, sshOnly } from './run-far.ts';
import { bounded, report, type Seat, seatsFor, settle } from './seats.ts';
import { sshArgs, sshEnvironment, sshFailed } from './ssh.ts';
import { sshFailure } from './ssh-failure.ts';

/** The longest one command may take on one machine, where it is carried there as words: a pass with its gates. */
const timeoutMs = 30 * 60_000;
/** Machines that are asked at once. */
const atOnce = 8;

/**
 * `--all-nodes`: the command on every machine of client.toml, at once or in turn. One that is not reached stops no other; the worst
 * exit code is the answer. @throws FAR_WHERE CLIENT_INVALID
 */
export async function runOnAll(cx: CliContext, command: FarCommand, { follows, inTurn }: How): Promise<number> {
  const places = await allPlaces(createHost({ env: cx.env }));
  // Of those that go in turn a person wants to see each.
  const seats = seatsFor(cx, places, follows === true || (inTurn !== undefined && !cx.json));
  if (inTurn !== undefined) return runInTurn(cx, seats, inTurn);
  const work = () =>
    bounded(follows === true ? seats.length : atOnce, seats, async (seat) => ({
      seat,
      outcome: settle(cx, seat, await outcomeOf(seat, command)),
    }));
  return report(cx, follows === true ? await work() : await withSpinner(cx, `asking ${places.length} nodes`, work));
}

async function outcomeOf(seat: Seat, { run, words }: FarCommand): Promise<Outcome> {
  const { output, place } = seat;
  const { node } = place;
  try {
    const code = words === undefined ? await askThere(output.cx, place, run) : await carried(seat, words);
    for (const end of [output.cx.ends?.output, output.cx.ends?.errors])
      await new Promise<void>((resolve) => (end === undefined ? resolve() : end.end(resolve)));
    return { node, exit: code };
  } catch (error) {
    return { node, exit: exit.error, error };
  }
}

/** As words for the `reconcile` there. @throws FAR_* RUN_* */
async function carried({ output: { cx }, place }: Seat, words: readonly string[]): Promise<number> {
  const { node, to } = sshOnly(place);
  const { exitCode, stderr, stdout } = await createHost({ env: cx.env }).run.run(
    'ssh',
    sshArgs(to, words, { terminal: false }),
    { timeoutMs, signal: cx.signal, env: sshEnvironment(cx.env) },
  );
  if (exitCode === sshFailed) throw sshFailure({ node, to }, exitCode, stderr);
  const value = cx.json ? parsed(stdout) : undefined;
  if (value === undefined) cx.printText(stdout);
  else cx.printJson(value);
  cx.tell(
    stderr
      .split('\n')
      .filter((one) => one !== '')
      .map((one) => [{ text: one, style: 'plain' as const }]),
  );
  return exitCode;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
