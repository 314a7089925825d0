import type { Driver } from '@reconcile/core';
import type { Host, ReadHost } from '@reconcile/host';
import type { NodeConfig } from '../../config/model.ts';
import type { IssuerSource } from './observe.ts';
import { issuerSettings } from './tables.ts';

/** Every issuer of this node; `records` answer for names where that is asked. @throws CONFIG_INVALID */
export async function certificateDrivers(
  config: NodeConfig,
  host: Host,
  records: Driver<ReadHost, Host> | undefined,
): Promise<IssuerSource<Driver<ReadHost, Host>>[]> {
  const settings = await issuerSettings(config, host);
  const sources: IssuerSource<Driver<ReadHost, Host>>[] = [];
  if (settings['internal-ca'] !== undefined) {
    const { internalCaDriver } = await import('@reconcile/drivers/internal-ca');
    sources.push({ provider: 'internal-ca', driver: internalCaDriver(settings['internal-ca']) });
  }
  if (settings['cert-files'] !== undefined) {
    const { certFilesDriver } = await import('@reconcile/drivers/cert-files');
    sources.push({ provider: 'cert-files', driver: certFilesDriver(settings['cert-files']) });
  }
  if (settings.acme !== undefined) {
    const { acmeDriver } = await import('@reconcile/drivers/acme');
    const { voicesOf } = await import('./voices.ts');
    sources.push({ provider: 'acme', driver: acmeDriver(settings.acme, voicesOf(records)) });
  }
  return sources;
}
