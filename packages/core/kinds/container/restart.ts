import type { SlotHistory } from '../../model/history.ts';
import type { Instant } from '../../model/json.ts';
import { flappingDeaths, flappingWindowMs } from './flapping.ts';
import type { ContainerState, RestartPolicy } from './spec.ts';

const longestBackoffMs = 60_000;

export type RestartDecision =
  | { readonly do: 'start'; readonly message: string }
  | { readonly do: 'wait'; readonly until: Instant; readonly message: string }
  | { readonly do: 'leave'; readonly message: string };

/**
 * The TOML's restart policy, run by us (podman's has no backoff: drivers.md B.3). The first death is repaired at once;
 * each further one within ten minutes waits longer, 1 s to 60 s. A boot is a fresh start for every active service.
 */
export function restartDecision(
  policy: RestartPolicy,
  state: ContainerState,
  history: SlotHistory | undefined,
  now: Instant,
): RestartDecision {
  if (history?.readySinceBoot !== true) {
    return { do: 'start', message: state.startedAt === 0 ? 'never started' : 'not started since boot' };
  }
  if (state.phase === 'created') return { do: 'start', message: 'created, never started' };
  if (isStoppedByUs(state, history)) return { do: 'start', message: 'was stopped here' };
  const message = `exited ${state.exitCode}`;
  if (policy === 'no' || (policy === 'on-failure' && state.exitCode === 0)) return { do: 'leave', message };
  const deaths = deathsSeen(state, history, now);
  const delay = deaths <= 1 ? 0 : Math.min(longestBackoffMs, 1000 * 2 ** (deaths - 2));
  const until = state.exitedAt + (deaths >= flappingDeaths ? longestBackoffMs : delay);
  if (until <= now) return { do: 'start', message };
  return { do: 'wait', until, message: `${message}, died ${deaths} times in 10 min` };
}

/** Its end was asked for, not suffered: neither its policy nor a pause between deaths has a say. */
export function isStoppedByUs(state: ContainerState, history: SlotHistory | undefined): boolean {
  const { stoppedAt } = history ?? {};
  return stoppedAt !== undefined && state.startedAt < stoppedAt && state.exitedAt <= stoppedAt;
}

function deathsSeen(state: ContainerState, history: SlotHistory, now: Instant): number {
  const recent = history.deaths.filter((at) => at > now - flappingWindowMs && at !== state.exitedAt);
  return recent.length + 1;
}
