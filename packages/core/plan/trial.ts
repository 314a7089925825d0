import { digest } from '../model/digest.ts';
import type { Hold } from '../model/plan.ts';
import type { Draft } from './draft.ts';
import type { World } from './world.ts';

/** The hold over a commit that nobody confirmed: named by the commit, so that it is the same one whenever it is looked at. */
export function revertedHoldId(commit: string): string {
  return `h${digest(`reverted ${commit}`).slice(0, 6)}`;
}

/**
 * A commit that is tried, or was: seen for as long as it counts, so nothing is tidied away that going back would need. The hold
 * itself keeps nothing: what is desired was chosen before.
 */
export function tried({ input }: World): { hold: Hold; drafts: Set<Draft> }[] {
  const { trial } = input.desired;
  if (trial === undefined) return [];
  const { commit, previous, services, slots, state } = trial;
  const keys = Object.values(input.desired.resources).flatMap(({ key, slot }) => (slots.includes(slot) ? [key] : []));
  const short = { commit: commit.slice(0, 7), previous: previous.slice(0, 7) };
  const isOpen = state === 'open';
  const hold: Hold = {
    id: isOpen ? `h${digest(`tried ${commit}`).slice(0, 6)}` : revertedHoldId(commit),
    code: isOpen ? 'Unconfirmed' : 'Reverted',
    keys: keys.sort(),
    slots: [...slots].sort(),
    services: [...services].sort(),
    message: isOpen
      ? `${short.commit} is tried and goes back to ${short.previous} by itself unless: reconcile confirm`
      : `${short.commit} was not confirmed in time; ${short.previous} is back, until a newer commit`,
    data: [],
    confirmable: !isOpen,
  };
  return [{ hold, drafts: new Set() }];
}
