import type { NodePolicy } from '@reconcile/core';
import { commandDangers } from './commands.ts';
import { dataDangers } from './data.ts';
import type { Danger, DangerInput } from './model.ts';
import { mountDangers } from './mounts.ts';
import { portDangers } from './ports.ts';
import { privilegeDangers } from './privileges.ts';

/** Every danger in one container's definition that this node's owner has not waived. Pure. */
export function dangers(input: DangerInput, policy: Pick<NodePolicy, 'waive'>): Danger[] {
  const waived = new Set(policy.waive ?? []);
  const found = [
    ...mountDangers(input),
    ...dataDangers(input),
    ...portDangers(input),
    ...privilegeDangers(input.spec),
    ...commandDangers(input),
  ];
  const seen = new Set<string>();
  return found.filter(({ id }) => !waived.has(id) && !seen.has(id) && seen.add(id));
}
