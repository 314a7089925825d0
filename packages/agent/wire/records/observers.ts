import type { NodeConfig } from '../../config/model.ts';
import type { RecordSource } from './observe.ts';
import { recordTables } from './tables.ts';

/** The reading half of every zone's driver. @throws CONFIG_INVALID */
export async function recordObservers(config: NodeConfig): Promise<RecordSource[]> {
  const { hosts } = await recordTables(config);
  const sources: RecordSource[] = [];
  if (hosts !== undefined) {
    const { hostsObserver } = await import('@reconcile/drivers/hosts/observe');
    sources.push({ provider: 'hosts', driver: hostsObserver(hosts) });
  }
  return sources;
}
