import type { GitSettings, Source } from '@reconcile/source';
import type { NodeConfig, SourceConfig } from '../config/model.ts';

/** A git source with the place of this node's own mirror. */
export function gitSettings(config: NodeConfig, source: Extract<SourceConfig, { type: 'git' }>): GitSettings {
  const { path, branch, subdir, remote } = source;
  return { path, branch, subdir, remote, mirror: `${config.stateDir}/mirror.git` };
}

/** The source node.toml names. A directory's watcher is loaded only where there is one. @throws SOURCE_SETTINGS */
export async function nodeSource(config: NodeConfig): Promise<Source> {
  const { source } = config;
  if (source.type === 'git') {
    const { gitSource } = await import('@reconcile/source/reading');
    return gitSource(gitSettings(config, source));
  }
  const { defaultSettleMs, directorySource } = await import('@reconcile/source/reading');
  return directorySource({ path: source.path, settleMs: defaultSettleMs });
}
