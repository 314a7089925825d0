import type { FilesSettings, SecretValue } from '@reconcile/drivers/files/observe';
import { readSecretFile, sealedMark, secretMark } from '@reconcile/drivers/podman/secrets';
import type { ReadHost } from '@reconcile/host';
import type { NodeConfig } from '../config/model.ts';
import { readNodeKey } from '../node/key.ts';
import { nodePaths } from '../node/paths.ts';
import { unsealValue } from './unseal-value.ts';

/**
 * A secret's value in the order of specs/0046: a file of the node, else the repository's. podman's own is not given back.
 * @throws SECRET_SEALED SECRET_KEY_UNSAFE
 */
export function secretValueOf(config: NodeConfig): FilesSettings['secretValue'] {
  return async (host: ReadHost, name: string, sealed: string | undefined): Promise<SecretValue | undefined> => {
    const { nodeKey, secrets } = nodePaths(config);
    const content = await readSecretFile(host, secrets, name);
    if (content !== undefined) return { content, mark: secretMark(content, await readNodeKey(host, nodeKey)) };
    if (sealed === undefined) return undefined;
    return { content: await unsealValue(config, host, { name, hash: sealed }), mark: sealedMark(sealed) };
  };
}
