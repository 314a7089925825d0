import type { NodeConfig } from '@reconcile/agent/config';
import { isFleetError } from '@reconcile/core';
import type { CliContext } from './context.ts';

/** This machine's node.toml; undefined: it is no node. @throws CONFIG_MISSING CONFIG_UNSAFE CONFIG_INVALID */
export async function nodeConfigOrNone(cx: CliContext): Promise<NodeConfig | undefined> {
  const { loadNodeConfig } = await import('@reconcile/agent/config');
  const { configPath, cwd, env, uid } = cx;
  try {
    return await loadNodeConfig({ env, cwd, uid, ...(configPath === undefined ? {} : { path: configPath }) });
  } catch (error) {
    if (isFleetError(error) && error.code === 'CONFIG_NONE') return undefined;
    throw error;
  }
}
