import type { Stage } from '@reconcile/core';
import type { FleetDefinition, ServiceDefinition } from '../model/index.ts';

type Staged = Pick<ServiceDefinition, 'name' | 'stage'>;

/** Boot stages of a fleet, and where each service stands. */
export interface StagePlan {
  readonly stages: readonly Stage[];
  /** Index of a service's stage; undefined when it names one that does not exist. */
  of(service: Staged): number | undefined;
}

/** Name of the last stage, where unlisted services stand: `services`, or `rest` where fleet.toml has a stage of that name. */
export function lastStage(fleet: FleetDefinition): string {
  return fleet.stages.some((stage) => stage.name === 'services') ? 'rest' : 'services';
}

/** `[[boot.sequence]]` in order, then one more for whatever it does not list, if there is anything. */
export function planStages(fleet: FleetDefinition, services: readonly Staged[]): StagePlan {
  const last = lastStage(fleet);
  const stages: Stage[] = fleet.stages.map(({ name, timeoutMs, onTimeout }) => ({ name, timeoutMs, onTimeout }));
  const listed = new Map(fleet.stages.flatMap((stage, i) => stage.services.map((service) => [service, i] as const)));
  const isRest = ({ name, stage }: Staged) => (stage === null ? !listed.has(name) : stage === last);
  if (stages.length === 0 || services.some(isRest))
    stages.push({ name: last, timeoutMs: 120_000, onTimeout: 'continue' });
  const byName = new Map(stages.map((stage, i) => [stage.name, i]));
  return {
    stages,
    of: ({ name, stage }) => (stage === null ? (listed.get(name) ?? stages.length - 1) : byName.get(stage)),
  };
}
