import type { AcmeSettings } from '@reconcile/drivers/acme/observe';
import type { CertFilesSettings } from '@reconcile/drivers/cert-files/observe';
import type { InternalCaSettings } from '@reconcile/drivers/internal-ca/observe';
import type { ReadHost } from '@reconcile/host';
import type { NodeConfig } from '../../config/model.ts';
import { nodePaths } from '../../node/paths.ts';
import { parsed } from '../settings/parsed.ts';
import { proxySettings } from '../settings/settings.ts';

/** What node.toml says about who signs for this node's names. */
export interface IssuerSettings {
  readonly 'internal-ca'?: InternalCaSettings;
  readonly 'cert-files'?: CertFilesSettings;
  readonly acme?: AcmeSettings;
}

/** Each issuer's table by its own schema, which is loaded only where there is a table. @throws CONFIG_INVALID */
export async function issuerSettings(config: NodeConfig, host: ReadHost): Promise<IssuerSettings> {
  const { acme: acmeDir, certificates: certificatesDir, internalCa: dir } = nodePaths(config);
  const found: { -readonly [K in keyof IssuerSettings]: IssuerSettings[K] } = {};
  const ca = config.driverTable('internal-ca');
  if (ca !== undefined) {
    const { internalCaTable } = await import('@reconcile/drivers/internal-ca/table');
    const { days: leafDays } = parsed(config, 'internal-ca', { schema: internalCaTable, value: ca });
    found['internal-ca'] = { certificatesDir, dir, leafDays, node: config.node };
  }
  const files = config.driverTable('cert-files');
  if (files !== undefined) {
    const { certFilesTable } = await import('@reconcile/drivers/cert-files/table');
    const { dir: theirs } = parsed(config, 'cert-files', { schema: certFilesTable, value: files });
    found['cert-files'] = { certificatesDir, dir: theirs };
  }
  const acme = config.driverTable('acme');
  if (acme !== undefined) {
    const { acmeTable } = await import('@reconcile/drivers/acme/table');
    const table = parsed(config, 'acme', { schema: acmeTable, value: acme });
    const { ca_file: caFile, challenge, directory, email } = table;
    const proxy = config.drivers.proxy === 'haproxy' ? await proxySettings(config, host) : undefined;
    const challengeSocket = proxy?.challengeSocket;
    found.acme = { dir: acmeDir, certificatesDir, directory, email, challenge, caFile, challengeSocket };
  }
  return found;
}
