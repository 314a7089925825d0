import { type HaproxyTable, haproxyTable } from '@reconcile/drivers/haproxy/table';
import type { NodeConfig } from '../../config/model.ts';
import { parsed } from './parsed.ts';

/** `[drivers.haproxy]` by the driver's own schema. @throws CONFIG_INVALID */
export function readHaproxyTable(config: NodeConfig): HaproxyTable {
  return parsed(config, 'haproxy', { schema: haproxyTable, value: config.driverTable('haproxy') ?? {} });
}
