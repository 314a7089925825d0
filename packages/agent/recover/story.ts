import type { Plan } from '@reconcile/core';
import type { ContainerState } from '@reconcile/core/kinds/container';
import { type RuntimeCondition, type RuntimeLook, runtimeConditions } from './conditions.ts';

/** What is left of this node and what a pass will do about it: told before it is done. */
export interface RecoveryStory {
  readonly conditions: readonly RuntimeCondition[];
  /** Containers of ours that run, as podman and /proc agree. */
  readonly running: number;
  /** That podman calls running and that are not; or that stand still. */
  readonly down: number;
  /** Names that only the storage still holds: released, with their processes and ports, then made anew. */
  readonly leftovers: number;
  /** Declared here and not there in any form. */
  readonly missing: number;
  readonly stages: readonly string[];
}

export function recoveryStory(
  look: RuntimeLook & { readonly plan: Plan; readonly stages: readonly string[] },
): RecoveryStory {
  const own = Object.values(look.observed.resources).filter(
    ({ kind, owner }) => kind === 'container' && owner === 'managed',
  );
  const states = own.map(({ state }) => state as unknown as ContainerState);
  const running = states.filter(({ alive, phase }) => phase === 'running' && alive).length;
  const leftovers = states.filter(({ phase }) => phase === 'leftover').length;
  return {
    conditions: runtimeConditions(look),
    running,
    leftovers,
    down: states.length - running - leftovers,
    missing: look.plan.changes.filter(({ kind, type }) => kind === 'container' && type === 'create').length,
    stages: look.stages,
  };
}
