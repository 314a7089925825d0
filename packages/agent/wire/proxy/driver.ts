import type { Driver } from '@reconcile/core';
import type { Host, ReadHost } from '@reconcile/host';
import type { NodeConfig } from '../../config/model.ts';
import { proxySettings } from '../settings/settings.ts';
import { readCaddySettings, readMcproxySettings } from './tables.ts';

/** This node's proxy, whole. @throws CONFIG_INVALID and the driver's own SETTINGS */
export async function proxyDriver(config: NodeConfig, host: Host): Promise<Driver<ReadHost, Host> | undefined> {
  switch (config.drivers.proxy) {
    case 'haproxy': {
      const { haproxyDriver } = await import('@reconcile/drivers/haproxy');
      return haproxyDriver(await proxySettings(config, host));
    }
    case 'caddy': {
      const { caddyDriver } = await import('@reconcile/drivers/caddy');
      return caddyDriver(await readCaddySettings(config));
    }
    case 'mcproxy': {
      const { mcproxyDriver } = await import('@reconcile/drivers/mcproxy');
      return mcproxyDriver(await readMcproxySettings(config));
    }
    case 'none':
      return undefined;
  }
}
