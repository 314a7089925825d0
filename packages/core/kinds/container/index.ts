import type { KindDefinition } from '../../model/contract.ts';
import { compareContainer } from './compare.ts';
import { containerEffect } from './effect.ts';
import { containerClaims, containerParts, containerReferences } from './needs.ts';
import { leasedPorts, routeEndpoint } from './ports.ts';
import type { ContainerCare, ContainerSpec, ContainerState, RestartPolicy } from './spec.ts';
import { containerSteps } from './steps.ts';
import { containerVersion, upgradeContainer } from './upgrade.ts';

export * from './args.ts';
export { isNamed } from './compare.ts';
export { leasedClaims } from './effect.ts';
export { containerFields, fileDifferences } from './fields.ts';
export { withoutValues } from './filled.ts';
export * from './flapping.ts';
export { containerClaims, containerReferences, secretNamesOf } from './needs.ts';
export * from './ports.ts';
export * from './restart.ts';
export * from './spec.ts';
export { containerName } from './steps.ts';
export { containerVersion, upgradeContainer } from './upgrade.ts';

/** One running process group made from an image: the only kind, with jobs, that takes part in boot stages. */
export const container: KindDefinition<ContainerSpec, ContainerState, ContainerCare> = {
  kind: 'container',
  version: containerVersion,
  staged: true,
  mutable: false,
  optional: false,
  retires: true,
  upgrade: upgradeContainer,
  references: containerReferences,
  claims: containerClaims,
  compare: compareContainer,
  ready: (desired, observed) =>
    observed.state.phase === 'running'
      ? observed.health === 'healthy' || observed.health === 'none'
      : observed.state.phase === 'exited' && observed.state.exitCode === 0 && endsByItself(desired.care?.restart),
  steps: containerSteps,
  effect: containerEffect,
  parts: (resource, observed) => containerParts(resource.spec, observed?.spec),
  holds: (observed) => !['created', 'exited', 'leftover'].includes(observed.state.phase),
  lingers: (observed) => observed.state.phase === 'leftover',
  leased: (observed) =>
    leasedPorts(upgradeContainer(observed.spec ?? null, observed.schema ?? 0), observed.state.ports),
  endpoint: routeEndpoint,
  image: (spec) => spec.image,
};

/** A program that may end well and stay ended is as ready as it gets. */
function endsByItself(policy: RestartPolicy | undefined): boolean {
  return policy === 'no' || policy === 'on-failure';
}
