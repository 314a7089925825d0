import type { Desired, Override, Resource, SlotKey } from '@reconcile/core';
import type { JobSpec } from '@reconcile/core/kinds/job';

/** A declared job with a schedule. */
export interface ScheduledJob {
  readonly slot: SlotKey;
  readonly spec: JobSpec;
}

/** Jobs of this node that a schedule runs. */
export function scheduledJobs({ resources }: Desired): ScheduledJob[] {
  return Object.values(resources).flatMap((resource) => {
    if (resource.kind !== 'job') return [];
    const { slot, spec } = resource as unknown as Resource<JobSpec>;
    return spec.when === 'schedule' ? [{ slot, spec }] : [];
  });
}

/** Somebody froze its service, or stopped it here. */
export function isHeld({ slot }: Pick<ScheduledJob, 'slot'>, overrides: readonly Pick<Override, 'target'>[]): boolean {
  const service = slot.split('/')[0] ?? slot;
  return overrides.some(({ target }) => target === '' || target === service);
}
