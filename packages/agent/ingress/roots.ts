import type { ReadHost } from '@reconcile/host';
import type { NodeConfig } from '../config/model.ts';
import { fail } from '../errors.ts';
import { issuerSettings } from '../wire/certificates/index.ts';

/** What others must trust to believe this node's internal names: PEM, the newest root first. @throws CA_NONE CA_DAMAGED */
export async function trustedRoots(config: NodeConfig, host: ReadHost): Promise<string> {
  const settings = (await issuerSettings(config, host))['internal-ca'];
  if (settings === undefined) {
    throw fail('CA_NONE', {
      message: `print the root of ${config.node}`,
      key: config.path,
      actual: 'node.toml has no [drivers.internal-ca]',
      hint: `add the table to ${config.path}, then: reconcile apply`,
    });
  }
  const { readRoots, trusted } = await import('@reconcile/drivers/internal-ca/observe');
  const roots = trusted(await readRoots(host, settings), host.clock.now());
  if (roots !== '') return roots;
  throw fail('CA_NONE', {
    message: `print the root of ${config.node}`,
    actual: 'it is made with the first certificate, and there was none yet',
    hint: 'reconcile apply',
  });
}
