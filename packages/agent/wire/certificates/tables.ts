import type { Issuer } from '@reconcile/core/kinds/certificate';
import type { AcmeSettings } from '@reconcile/drivers/acme/observe';
import type { CertFilesSettings } from '@reconcile/drivers/cert-files/observe';
import type { InternalCaSettings } from '@reconcile/drivers/internal-ca/observe';
import type { ReadHost } from '@reconcile/host';
import type { NodeConfig } from '../../config/model.ts';
import { fail } from '../../errors.ts';
import { nodePaths } from '../../node/paths.ts';
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
    const { days: leafDays } = parsed(config, 'internal-ca', internalCaTable.safeParse(ca));
    found['internal-ca'] = { certificatesDir, dir, leafDays, node: config.node };
  }
  const files = config.driverTable('cert-files');
  if (files !== undefined) {
    const { certFilesTable } = await import('@reconcile/drivers/cert-files/table');
    const { dir: theirs } = parsed(config, 'cert-files', certFilesTable.safeParse(files));
    found['cert-files'] = { certificatesDir, dir: theirs };
  }
  const acme = config.driverTable('acme');
  if (acme !== undefined) {
    const { acmeTable } = await import('@reconcile/drivers/acme/table');
    const { ca_file: caFile, challenge, directory, email } = parsed(config, 'acme', acmeTable.safeParse(acme));
    const proxy = config.drivers.proxy === 'haproxy' ? await proxySettings(config, host) : undefined;
    const challengeSocket = proxy?.challengeSocket;
    found.acme = { dir: acmeDir, certificatesDir, directory, email, challenge, caFile, challengeSocket };
  }
  return found;
}

type Result<T> =
  | { readonly success: true; readonly data: T }
  | {
      readonly success: false;
      readonly error: {
        readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
      };
    };

function parsed<T>(config: NodeConfig, name: Issuer, result: Result<T>): T {
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${issue.path.join('.') || 'the table'}: ${issue.message}`);
  throw fail('CONFIG_INVALID', {
    message: `read [drivers.${name}] of ${config.path}`,
    key: config.path,
    actual: problems.join('; '),
    hint: 'every key stands in specs/node.toml.md',
  });
}
