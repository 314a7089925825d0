import type { Desired } from '@reconcile/core';
import type { ContainerCare, ContainerSpec } from '@reconcile/core/kinds/container';
import type { Hook } from '@reconcile/drivers/podman/snapshot';
import { fail } from '../errors.ts';

export interface ServiceData {
  /** Volumes and host directories that its components may write to. */
  readonly names: readonly string[];
  /** Slot and command of each component that has one. */
  readonly hooks: readonly { readonly slot: string; readonly command: Hook['command'] }[];
}

/** @throws DATA_UNKNOWN: no such service here, or none with data */
export function dataOf(desired: Desired, service: string): ServiceData {
  const parts = Object.values(desired.resources).filter(
    ({ kind, services }) => kind === 'container' && services.includes(service),
  );
  const names = parts.flatMap(({ spec }) =>
    (spec as unknown as ContainerSpec).mounts.flatMap(({ readOnly, source }) => (readOnly ? [] : [source])),
  );
  if (names.length === 0) {
    const isHere = desired.services[service] !== undefined;
    throw fail('DATA_UNKNOWN', {
      message: `find the data of ${service}`,
      key: service,
      wanted: 'a service of this node with a volume or host directory that it may write to',
      actual: isHere ? 'it has none' : 'it does not run here',
      hint: 'reconcile ps',
    });
  }
  const hooks = parts.flatMap(({ care, slot }) => {
    const command = (care as unknown as ContainerCare | undefined)?.snapshotHook ?? [];
    return command.length === 0 ? [] : [{ slot, command }];
  });
  return { names: [...new Set(names)].sort(), hooks };
}
