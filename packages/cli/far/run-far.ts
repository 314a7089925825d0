import { createHost } from '@reconcile/host/writing';
import type { CliContext } from '../frame/context.ts';
import { withSpinner } from '../frame/progress.ts';
import { connectFar } from './connect.ts';
import { fail } from './errors.ts';
import { type Place, placeOf } from './places.ts';
import { sshArgs, sshEnvironment, sshFailed } from './ssh.ts';
import { sshFailure } from './ssh-failure.ts';

/** One command that is about another machine. */
export interface FarCommand {
  /** Runs here, and asks the agent there. */
  readonly run: (cx: CliContext) => Promise<number>;
  /** As words for the `reconcile` there; undefined: `run` is enough. */
  readonly words: readonly string[] | undefined;
}

/**
 * `-H NODE`: the command, with the agent of another machine in place of this one's. What no agent can be asked for is carried there as
 * words, with the caller's own terminal or pipes. @throws FAR_* CLIENT_INVALID RUN_MISSING, and what the command throws
 */
export async function runFar(cx: CliContext, node: string, { run, words }: FarCommand): Promise<number> {
  const host = createHost({ env: cx.env });
  const place = await placeOf(host, node);
  if (words === undefined) return askThere(cx, place, run);
  const { to } = sshOnly(place);
  const args = sshArgs(to, words, { terminal: cx.canAsk });
  const code = await host.run.attach('ssh', args, { env: sshEnvironment(cx.env), signal: cx.signal });
  // Its own words are on the screen already.
  if (code === sshFailed) throw sshFailure({ node, to }, code, '');
  return code;
}

/** Connects for one command. @throws FAR_*, and what the command throws */
export async function askThere(cx: CliContext, place: Place, run: FarCommand['run']): Promise<number> {
  const far = await withSpinner(cx, `reaching ${place.node}`, () => connectFar(cx, place));
  try {
    return await run({ ...cx, far });
  } catch (error) {
    throw await far.told(error);
  } finally {
    far.close();
  }
}

/** @throws FAR_BY_SSH */
export function sshOnly(place: Place) {
  if (place.way === 'ssh') return place;
  throw fail('FAR_BY_SSH', {
    message: `do this on ${place.node}`,
    wanted: 'a host for ssh',
    actual: `grpcs://${place.address}`,
    hint: `reconcile -H USER@HOST …, or as ssh knows the machine`,
  });
}
