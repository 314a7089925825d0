import { recordProvider } from '@reconcile/core/kinds/record';
import type { NodeConfig } from '../../config/model.ts';
import type { RecordSource } from './observe.ts';
import { recordTables } from './tables.ts';

/** The reading half of every zone's driver. @throws CONFIG_INVALID */
export async function recordObservers(config: NodeConfig): Promise<RecordSource[]> {
  const { exec, hosts, mcns, rfc2136 } = await recordTables(config);
  const sources: RecordSource[] = [];
  if (hosts !== undefined) {
    const { hostsObserver } = await import('@reconcile/drivers/hosts/observe');
    sources.push({ provider: 'hosts', driver: hostsObserver(hosts) });
  }
  for (const [zone, table] of Object.entries(rfc2136)) {
    const { rfc2136Observer, rfc2136Settings } = await import('@reconcile/drivers/rfc2136/observe');
    const driver = rfc2136Observer(rfc2136Settings(zone, table));
    sources.push({ provider: recordProvider({ driver: 'rfc2136', zone }), driver });
  }
  for (const [zone, table] of Object.entries(exec)) {
    const { dnsExecObserver, dnsExecSettings } = await import('@reconcile/drivers/dns-exec/observe');
    const driver = dnsExecObserver(dnsExecSettings(zone, table));
    sources.push({ provider: recordProvider({ driver: 'exec', zone }), driver });
  }
  for (const [zone, table] of Object.entries(mcns)) {
    const { mcnsObserver, mcnsSettings } = await import('@reconcile/drivers/mcns/observe');
    const driver = mcnsObserver(mcnsSettings(zone, table));
    sources.push({ provider: recordProvider({ driver: 'mcns', zone }), driver });
  }
  return sources;
}
