import type { CaddySettings } from '@reconcile/drivers/caddy/settings';
import type { McproxySettings } from '@reconcile/drivers/mcproxy/settings';
import type { NodeConfig } from '../../config/model.ts';
import { nodePaths } from '../../node/paths.ts';
import { parsed } from '../settings/parsed.ts';

/** `[drivers.caddy]` by the driver's own schema. @throws CADDY_SETTINGS CONFIG_INVALID */
export async function readCaddySettings(config: NodeConfig): Promise<CaddySettings> {
  const { caddyTable } = await import('@reconcile/drivers/caddy/table');
  const { caddySettings } = await import('@reconcile/drivers/caddy/settings');
  const table = parsed(config, 'caddy', { schema: caddyTable, value: config.driverTable('caddy') ?? {} });
  return caddySettings(table, { certificatesDir: nodePaths(config).certificates });
}

/** `[drivers.mcproxy]` by the driver's own schema. @throws MCPROXY_SETTINGS CONFIG_INVALID */
export async function readMcproxySettings(config: NodeConfig): Promise<McproxySettings> {
  const { mcproxyTable } = await import('@reconcile/drivers/mcproxy/table');
  const { mcproxySettings } = await import('@reconcile/drivers/mcproxy/settings');
  const table = parsed(config, 'mcproxy', { schema: mcproxyTable, value: config.driverTable('mcproxy') ?? {} });
  return mcproxySettings(table, { stateDir: config.stateDir, certificatesDir: nodePaths(config).certificates });
}
