import type { Driver, Kind } from '@reconcile/core';
import { filesDriver } from '@reconcile/drivers/files';
import { ledgerDriver } from '@reconcile/drivers/ledger';
import { podmanDriver } from '@reconcile/drivers/podman';
import type { Host, ReadHost } from '@reconcile/host';
import type { NodeConfig } from '../../config/model.ts';
import { proxyDriver } from '../proxy/driver.ts';
import { filesSettings, podmanSettings } from '../settings/settings.ts';

/** The whole node: who looks, and who carries out actions of which kind. */
export interface Drivers {
  readonly observers: readonly Driver<ReadHost, Host>[];
  /** By kind, and by `<kind>:<provider>` where a kind has several drivers. */
  readonly byKind: ReadonlyMap<Kind, Driver<ReadHost, Host>>;
}

export async function nodeDrivers(config: NodeConfig, host: Host): Promise<Drivers> {
  const observers: Driver<ReadHost, Host>[] = [];
  const byKind = new Map<Kind, Driver<ReadHost, Host>>();
  const add = (driver: Driver<ReadHost, Host>) => {
    observers.push(driver);
    // The first one that serves a kind carries it out: podman runs the jobs whose marks the ledger shows.
    for (const kind of driver.serves) if (!byKind.has(kind)) byKind.set(kind, driver);
  };
  if (config.drivers.containers === 'podman') {
    add(podmanDriver(podmanSettings(config, host)));
    add(filesDriver(filesSettings(config, host)));
    add(ledgerDriver());
  }
  const proxy = await proxyDriver(config, host);
  if (proxy !== undefined) add(proxy);
  const { recordDrivers } = await import('../records/drivers.ts');
  const zones = await recordDrivers(config);
  if (zones.length > 0) {
    const { recordsDriver } = await import('../records/driver.ts');
    const records = recordsDriver(zones);
    add(records);
    for (const { provider } of zones) byKind.set(`record:${provider}`, records);
  }
  const { certificateDrivers } = await import('../certificates/drivers.ts');
  const issuers = await certificateDrivers(config, host, byKind.get('record'));
  if (issuers.length > 0) {
    const { certificatesDriver } = await import('../certificates/driver.ts');
    const certificates = certificatesDriver(issuers);
    add(certificates);
    for (const { provider } of issuers) byKind.set(`certificate:${provider}`, certificates);
  }
  return { observers, byKind };
}
