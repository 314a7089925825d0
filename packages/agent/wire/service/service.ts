import { servePodman } from '@reconcile/drivers/podman/serve';
import type { Host } from '@reconcile/host';
import type { NodeConfig } from '../../config/model.ts';

/** Before a pass that will act: podman's service comes up while the pass is loaded. Without it the pass does what it can. */
export function serveSoon(config: NodeConfig, host: Host, signal: AbortSignal): void {
  if (config.drivers.containers !== 'podman') return;
  servePodman(host, signal).catch(() => undefined);
}
