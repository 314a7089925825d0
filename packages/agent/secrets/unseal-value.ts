import { blobPath } from '@reconcile/drivers/files/observe';
import type { ReadHost } from '@reconcile/host';
import type { NodeConfig } from '../config/model.ts';
import { fail } from '../errors.ts';
import { ageKeyFile, readIdentities } from './key.ts';

/** A value of the repository in the clear, in memory alone. @throws SECRET_SEALED SECRET_KEY_UNSAFE */
export async function unsealValue(
  config: NodeConfig,
  host: ReadHost,
  of: { readonly name: string; readonly hash: string },
): Promise<Uint8Array> {
  const key = ageKeyFile(config);
  const refuse = (actual: string, hint: string) =>
    fail('SECRET_SEALED', { message: `decrypt secret ${of.name}`, key: of.name, actual, hint });
  const identities = await readIdentities(config, host);
  if (identities === undefined || identities.length === 0)
    throw refuse(`this node has no key: ${key}`, 'reconcile secret key');
  const sealed = await host.files.read(blobPath(config.stateDir, of.hash));
  if (sealed === undefined) throw refuse('its encrypted value is not on this node', 'reconcile');
  const { unseal } = await import('./age.ts');
  try {
    return await unseal(sealed, identities);
  } catch {
    // Of the library's words nothing is handed on: they could quote what was read.
    throw refuse(
      `the key in ${key} does not open it, or it is damaged`,
      `reconcile secret key; add it to secrets/recipients.txt; reconcile secret set ${of.name}`,
    );
  }
}
