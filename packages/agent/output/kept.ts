import type { SlotKey } from '@reconcile/core';
import type { ReadHost } from '@reconcile/host';
import type { NodeConfig } from '../config/model.ts';
import { nodePaths } from '../node/paths.ts';

/** `previous`: of the container that filled the slot before. `job`: of a job's last run. */
export type Kept = 'previous' | 'job';

/** Output that was kept when its container went; undefined: none was. */
export async function keptOutput(
  host: ReadHost,
  config: NodeConfig,
  of: { slot: SlotKey; what: Kept },
): Promise<readonly string[] | undefined> {
  const { jobLog, previousLog } = await import('@reconcile/drivers/podman/logs');
  const { logs } = nodePaths(config);
  const text = await host.files.text(of.what === 'job' ? jobLog(logs, of.slot) : previousLog(logs, of.slot));
  return text?.split('\n').slice(0, -1);
}
