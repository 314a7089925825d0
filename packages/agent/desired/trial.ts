import type { Trial } from '@reconcile/core';
import { type ConfirmWindow, lastWindow } from '@reconcile/registry';
import { monotonicMs } from '@reconcile/registry/monotonic';
import type { LoadInput } from './input.ts';
import type { Loaded } from './model.ts';
import { storedCommit } from './stored.ts';

/**
 * What of a commit that is tried counts now (specs/0008-confirm-within.md); undefined: the source alone does. While the window is
 * open it is that commit, whatever the branch says by then; once it is over, the one before it, until the branch has moved on. Both
 * come from the registry: of git only the name of the newest commit is asked for, and only when nothing hangs on the answer.
 */
export async function trialDesired(
  input: LoadInput,
  head: () => Promise<{ readonly ok?: string | undefined }>,
): Promise<Loaded | undefined> {
  const window = input.registry.read(lastWindow);
  if (window === undefined) return undefined;
  const { commit, previous, state } = window;
  switch (state) {
    case 'released':
      return undefined;
    case 'armed': {
      const leftMs = leftOf(window, await input.host.proc.bootId());
      if (leftMs <= 0) return goneBack(input, window, 'over');
      const loaded = await storedCommit(input, commit, undefined);
      return withTrial(loaded, { ...trialOf(window), state: 'open', until: input.host.clock.now() + leftMs });
    }
    case 'reverted':
      return input.again !== true && (await head()).ok === commit ? goneBack(input, window, 'reverted') : undefined;
    case 'confirmed': {
      // Of a reference: the branch that this node follows does not have it yet.
      if (window.head === commit || (await head()).ok !== window.head) return undefined;
      const loaded = await storedCommit(input, commit, {
        code: 'Ahead',
        message: `${commit.slice(0, 7)} was tried and confirmed, and the branch is still at ${previous.slice(0, 7)}`,
        hint: `bring ${commit.slice(0, 7)} to the branch: git merge ${commit.slice(0, 7)}`,
      });
      return loaded.desired === undefined ? undefined : loaded;
    }
  }
}

/** How long it is still open, ms; not at all after a reboot. */
export function leftOf({ bootId, deadlineMs }: Pick<ConfirmWindow, 'bootId' | 'deadlineMs'>, now: string): number {
  return bootId === now ? deadlineMs - monotonicMs() : 0;
}

async function goneBack(
  input: LoadInput,
  window: ConfirmWindow,
  state: 'over' | 'reverted',
): Promise<Loaded | undefined> {
  const { commit, previous } = window;
  const loaded = await storedCommit(input, previous, {
    code: 'Reverted',
    message: `${commit.slice(0, 7)} was not confirmed within ${Math.round(window.windowMs / 1000)} s`,
    hint: 'commit something better, or: reconcile apply --confirm-within 60s',
  });
  return withTrial(loaded, { ...trialOf(window), state }, window.services);
}

function trialOf({ commit, previous, services, slots, windowMs }: ConfirmWindow): Omit<Trial, 'state'> {
  return { commit, previous, services, slots, windowMs };
}

/** What only the tried commit had goes with it: nobody is asked about that twice. */
function withTrial(loaded: Loaded, trial: Trial, allowed: readonly string[] = []): Loaded | undefined {
  const { desired } = loaded;
  if (desired === undefined) return undefined;
  return { ...loaded, desired: { ...desired, allows: [...desired.allows, ...allowed], trial } };
}
