import { isHostname } from '@reconcile/core/kinds/record';
import type { DnsExecTable } from '@reconcile/drivers/dns-exec/table';
import type { HostsTable } from '@reconcile/drivers/hosts/table';
import type { McnsTable } from '@reconcile/drivers/mcns/table';
import type { Rfc2136Table } from '@reconcile/drivers/rfc2136/table';
import type { NodeConfig } from '../../config/model.ts';
import { fail } from '../../errors.ts';
import { parsed, type TableSchema } from '../settings/parsed.ts';

/** What node.toml says about the zones this node may write. */
export interface RecordTables {
  readonly hosts?: HostsTable;
  /** By zone. */
  readonly rfc2136: Readonly<Record<string, Rfc2136Table>>;
  readonly exec: Readonly<Record<string, DnsExecTable>>;
  readonly mcns: Readonly<Record<string, McnsTable>>;
}

/** Each driver's table by its own schema, which is loaded only where there is a table. @throws CONFIG_INVALID */
export async function recordTables(config: NodeConfig): Promise<RecordTables> {
  return {
    ...(await hostsOf(config)),
    rfc2136: await rfc2136Of(config),
    exec: await execOf(config),
    mcns: await mcnsOf(config),
  };
}

async function hostsOf(config: NodeConfig): Promise<Pick<RecordTables, 'hosts'>> {
  const value = config.driverTable('hosts');
  if (value === undefined) return {};
  const { hostsTable } = await import('@reconcile/drivers/hosts/table');
  return { hosts: parsed(config, 'hosts', { schema: hostsTable, value }) };
}

async function rfc2136Of(config: NodeConfig): Promise<RecordTables['rfc2136']> {
  if (config.driverTable('rfc2136') === undefined) return {};
  const { rfc2136Table } = await import('@reconcile/drivers/rfc2136/table');
  return byZone(config, 'rfc2136', rfc2136Table);
}

async function execOf(config: NodeConfig): Promise<RecordTables['exec']> {
  if (config.driverTable('exec') === undefined) return {};
  const { dnsExecTable } = await import('@reconcile/drivers/dns-exec/table');
  return byZone(config, 'exec', dnsExecTable);
}

async function mcnsOf(config: NodeConfig): Promise<RecordTables['mcns']> {
  if (config.driverTable('mcns') === undefined) return {};
  const { mcnsTable } = await import('@reconcile/drivers/mcns/table');
  return byZone(config, 'mcns', mcnsTable);
}

/** `[drivers.<driver>."<zone>"]`: one table a zone. */
function byZone<T>(config: NodeConfig, driver: string, schema: TableSchema<T>): Readonly<Record<string, T>> {
  const tables = config.driverTable(driver);
  const zones: Record<string, T> = {};
  for (const [zone, value] of Object.entries(tables ?? {})) {
    if (!isHostname(zone)) {
      throw fail('CONFIG_INVALID', {
        message: `read [drivers.${driver}] of ${config.path}`,
        key: config.path,
        wanted: `one table a zone: [drivers.${driver}."example.com"]`,
        actual: zone,
      });
    }
    zones[zone] = parsed(config, `${driver}."${zone}"`, { schema, value });
  }
  return zones;
}
