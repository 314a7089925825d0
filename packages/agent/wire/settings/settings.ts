import type { FilesSettings } from '@reconcile/drivers/files/observe';
import type { HaproxySettings } from '@reconcile/drivers/haproxy/settings';
import type { PodmanSettings } from '@reconcile/drivers/podman/observe';
import type { ReadHost } from '@reconcile/host';
import type { NodeConfig } from '../../config/model.ts';
import { filledDir } from '../../node/filled-dir.ts';
import { readNodeKey } from '../../node/key.ts';
import { nodePaths } from '../../node/paths.ts';
import type { EarlyList } from '../early/early.ts';

/** What each driver needs of this node, from node.toml. */
export function podmanSettings(config: NodeConfig, host: ReadHost, listed?: EarlyList): PodmanSettings {
  const paths = nodePaths(config);
  return {
    stateDir: paths.state,
    secretsDir: paths.secrets,
    filesDir: paths.files,
    logsDir: paths.logs,
    policyMounts: config.policy.mounts,
    nodeKey: () => readNodeKey(host, paths.nodeKey),
    filledDir: placeOnce(host, paths.state),
    canUnseal: async () =>
      (await host.files.stat((await import('../../secrets/index.ts')).ageKeyFile(config))) !== undefined,
    unseal: async (name, hash) => (await import('../../secrets/index.ts')).unsealValue(config, host, { name, hash }),
    listed,
  };
}

export function filesSettings(config: NodeConfig, host: ReadHost): FilesSettings {
  const paths = nodePaths(config);
  return {
    stateDir: paths.state,
    filesDir: paths.files,
    filledDir: placeOnce(host, paths.state),
    secretValue: async (...asked) => (await import('../../secrets/index.ts')).secretValueOf(config)(...asked),
  };
}

/** Looked up when it is first asked for, and not again: a mount of a machine's own does not change below a process. */
function placeOnce(host: ReadHost, stateDir: string): () => Promise<string | undefined> {
  let found: Promise<string | undefined> | undefined;
  return () => {
    found ??= filledDir(host, stateDir);
    return found;
  };
}

/** The proxy's table is checked only where a proxy is driven. @throws HAPROXY_SETTINGS CONFIG_INVALID */
export async function proxySettings(config: NodeConfig, host: ReadHost): Promise<HaproxySettings> {
  const { haproxySettings } = await import('@reconcile/drivers/haproxy/settings');
  const { readHaproxyTable } = await import('./haproxy-table.ts');
  return haproxySettings(readHaproxyTable(config), {
    stateDir: config.stateDir,
    runtimeDir: host.home.runtimeDir,
    answersChallenges: config.driverTable('acme') !== undefined,
  });
}
