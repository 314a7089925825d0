import type { Desired } from '@reconcile/core';
import { lockHolder } from '@reconcile/registry';
import { scheduledJobs } from '../jobs.ts';

/** What a person has to know where jobs have schedules and no agent runs: nothing runs them. Never an error. */
export function unattended(stateDir: string, desired: Desired): readonly string[] {
  const slots = scheduledJobs(desired).map(({ slot }) => slot);
  if (slots.length === 0 || lockHolder(stateDir).socket !== '') return [];
  return [
    `no agent runs here, so nothing runs by its schedule: ${slots.join(', ')}; reconcile agent, or: reconcile install`,
  ];
}
