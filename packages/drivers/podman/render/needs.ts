import type { Json } from '@reconcile/core';
import type { NetworkSpec } from '@reconcile/core/kinds/network';
import type { VolumeSpec } from '@reconcile/core/kinds/volume';
import { networkArgv, secretArgv, volumeArgv } from '../client/argv.ts';
import { labels, type Maker, makerLabels, specLabels } from '../labels.ts';
import { copyName } from '../secrets/index.ts';

/** Commands that make what a container needs, as we would make it. */
export function networkCommand(spec: NetworkSpec, maker: Maker, services: readonly string[]): string[] {
  const own = {
    ...makerLabels(maker),
    [labels.slot]: services.join(','),
    ...specLabels(spec as unknown as Json, 1),
  };
  return ['podman', ...networkArgv({ ...spec, labels: own })];
}

export function volumeCommand({ driver, name, options }: VolumeSpec, maker: Maker): string[] {
  return ['podman', ...volumeArgv({ name, driver, options, labels: makerLabels(maker) })];
}

/** From the node's file: no value is ever in a command. */
export function secretCommand(name: string, file: string, maker: Maker): string[] {
  return ['podman', ...secretArgv(copyName(name), file, makerLabels(maker))];
}

/** Commands that end with 0 where it is there already; what they say is of no interest. */
export function networkTest(name: string): string[] {
  return ['podman', 'network', 'exists', name];
}

export function volumeTest(name: string): string[] {
  return ['podman', 'volume', 'exists', name];
}

/** `podman secret exists` came with 4.5. */
export function secretTest(name: string): string[] {
  return ['podman', 'secret', 'inspect', '--', copyName(name)];
}
