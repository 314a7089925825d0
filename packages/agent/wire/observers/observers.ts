import type { Observer } from '@reconcile/core';
import { filesObserver } from '@reconcile/drivers/files/observe';
import { ledgerObserver } from '@reconcile/drivers/ledger/observe';
import { podmanObserver } from '@reconcile/drivers/podman/observe';
import type { ReadHost } from '@reconcile/host';
import type { NodeConfig } from '../../config/model.ts';
import { certificateObservers, certificatesObserver } from '../certificates/index.ts';
import type { EarlyList } from '../early/early.ts';
import { proxyObserver } from '../proxy/observer.ts';
import { recordObservers, recordsObserver } from '../records/index.ts';
import { filesSettings, podmanSettings } from '../settings/settings.ts';

/** The reading half of this node: what looks, and the kinds that something here can run. */
export interface Observers {
  readonly observers: readonly Observer<ReadHost>[];
  readonly served: readonly string[];
}

/**
 * Built without a single effectful module: the dry run reaches nothing else (test/dry-run.test.ts walks its imports).
 * A node without containers has no need of podman and never asks for it. `listed`: the first look's list, if it was begun.
 */
export async function nodeObservers(config: NodeConfig, host: ReadHost, listed?: EarlyList): Promise<Observers> {
  const observers: Observer<ReadHost>[] = [];
  const served: string[] = [];
  if (config.drivers.containers === 'podman') {
    const podman = podmanObserver(podmanSettings(config, host, listed));
    const files = filesObserver(filesSettings(config, host));
    const ledger = ledgerObserver();
    observers.push(podman, files, ledger);
    served.push(...podman.serves, ...files.serves, ...ledger.serves);
  }
  const proxy = await proxyObserver(config, host);
  if (proxy !== undefined) {
    observers.push(proxy);
    served.push(...proxy.serves);
  }
  const zones = await recordObservers(config);
  if (zones.length > 0) {
    observers.push(recordsObserver(zones));
    served.push('record', ...zones.map(({ provider }) => `record:${provider}`));
  }
  const issuers = await certificateObservers(config, host);
  if (issuers.length > 0) {
    observers.push(certificatesObserver(issuers));
    served.push('certificate', ...issuers.map(({ provider }) => `certificate:${provider}`));
  }
  return { observers, served: [...new Set(served)] };
}
