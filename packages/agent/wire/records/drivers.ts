import type { Driver } from '@reconcile/core';
import type { Host, ReadHost } from '@reconcile/host';
import type { NodeConfig } from '../../config/model.ts';
import type { RecordSource } from './observe.ts';
import { recordTables } from './tables.ts';

/** The driver of every zone this node may write. @throws CONFIG_INVALID */
export async function recordDrivers(config: NodeConfig): Promise<RecordSource<Driver<ReadHost, Host>>[]> {
  const { hosts } = await recordTables(config);
  const sources: RecordSource<Driver<ReadHost, Host>>[] = [];
  if (hosts !== undefined) {
    const { hostsDriver } = await import('@reconcile/drivers/hosts');
    sources.push({ provider: 'hosts', driver: hostsDriver(hosts) });
  }
  return sources;
}
