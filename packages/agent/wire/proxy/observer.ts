import type { Observer } from '@reconcile/core';
import type { ReadHost } from '@reconcile/host';
import type { NodeConfig } from '../../config/model.ts';
import { proxySettings } from '../settings/settings.ts';
import { readCaddySettings, readMcproxySettings } from './tables.ts';

/** The reading half of this node's proxy. @throws CONFIG_INVALID and the driver's own SETTINGS */
export async function proxyObserver(config: NodeConfig, host: ReadHost): Promise<Observer<ReadHost> | undefined> {
  switch (config.drivers.proxy) {
    case 'haproxy': {
      const { haproxyObserver } = await import('@reconcile/drivers/haproxy/observe');
      return haproxyObserver(await proxySettings(config, host));
    }
    case 'caddy': {
      const { caddyObserver } = await import('@reconcile/drivers/caddy/observe');
      return caddyObserver(await readCaddySettings(config));
    }
    case 'mcproxy': {
      const { mcproxyObserver } = await import('@reconcile/drivers/mcproxy/observe');
      return mcproxyObserver(await readMcproxySettings(config));
    }
    case 'none':
      return undefined;
  }
}
