import type { Driver } from '@reconcile/core';
import { recordProvider } from '@reconcile/core/kinds/record';
import type { Host, ReadHost } from '@reconcile/host';
import type { NodeConfig } from '../../config/model.ts';
import type { RecordSource } from './observe.ts';
import { recordTables } from './tables.ts';

/** The driver of every zone this node may write. @throws CONFIG_INVALID */
export async function recordDrivers(config: NodeConfig): Promise<RecordSource<Driver<ReadHost, Host>>[]> {
  const { exec, hosts, mcns, rfc2136 } = await recordTables(config);
  const sources: RecordSource<Driver<ReadHost, Host>>[] = [];
  if (hosts !== undefined) {
    const { hostsDriver } = await import('@reconcile/drivers/hosts');
    sources.push({ provider: 'hosts', driver: hostsDriver(hosts) });
  }
  for (const [zone, table] of Object.entries(rfc2136)) {
    const { rfc2136Driver, rfc2136Settings } = await import('@reconcile/drivers/rfc2136');
    const driver = rfc2136Driver(rfc2136Settings(zone, table));
    sources.push({ provider: recordProvider({ driver: 'rfc2136', zone }), driver });
  }
  for (const [zone, table] of Object.entries(exec)) {
    const { dnsExecDriver, dnsExecSettings } = await import('@reconcile/drivers/dns-exec');
    const driver = dnsExecDriver(dnsExecSettings(zone, table));
    sources.push({ provider: recordProvider({ driver: 'exec', zone }), driver });
  }
  for (const [zone, table] of Object.entries(mcns)) {
    const { mcnsDriver, mcnsSettings } = await import('@reconcile/drivers/mcns');
    const driver = mcnsDriver(mcnsSettings(zone, table));
    sources.push({ provider: recordProvider({ driver: 'mcns', zone }), driver });
  }
  return sources;
}
