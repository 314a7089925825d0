import { foreseeStore } from '@reconcile/drivers/podman/observe';
import type { ReadHost } from '@reconcile/host';
import { lastGoodSnapshot, type Registry } from '@reconcile/registry';
import type { NodeConfig } from '../../config/model.ts';
import { podmanSettings } from '../settings/settings.ts';

/** While the definitions of a node without a past are read: what its first look will have to ask and has no note of. */
export function foresee(
  config: NodeConfig,
  { after, host, registry, signal }: { host: ReadHost; registry: Registry; signal: AbortSignal; after: Promise<void> },
): void {
  if (config.drivers.containers !== 'podman' || registry.read(lastGoodSnapshot) !== undefined) return;
  void after.then(() => foreseeStore(host, podmanSettings(config, host), signal));
}
