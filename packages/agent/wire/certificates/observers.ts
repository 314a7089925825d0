import type { ReadHost } from '@reconcile/host';
import type { NodeConfig } from '../../config/model.ts';
import type { IssuerSource } from './observe.ts';
import { issuerSettings } from './tables.ts';

/** The reading half of every issuer of this node. @throws CONFIG_INVALID */
export async function certificateObservers(config: NodeConfig, host: ReadHost): Promise<IssuerSource[]> {
  const settings = await issuerSettings(config, host);
  const sources: IssuerSource[] = [];
  if (settings['internal-ca'] !== undefined) {
    const { internalCaObserver } = await import('@reconcile/drivers/internal-ca/observe');
    sources.push({ provider: 'internal-ca', driver: internalCaObserver(settings['internal-ca']) });
  }
  if (settings['cert-files'] !== undefined) {
    const { certFilesObserver } = await import('@reconcile/drivers/cert-files/observe');
    sources.push({ provider: 'cert-files', driver: certFilesObserver(settings['cert-files']) });
  }
  if (settings.acme !== undefined) {
    const { acmeObserver } = await import('@reconcile/drivers/acme/observe');
    sources.push({ provider: 'acme', driver: acmeObserver(settings.acme) });
  }
  return sources;
}
