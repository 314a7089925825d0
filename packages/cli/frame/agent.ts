import type { Remote } from '@reconcile/agent/remote';
import type { CliContext } from './context.ts';

/** The agent that runs on this node; undefined: none does. @throws CONFIG_* NODE_BUSY RPC_UNREACHABLE */
export async function agentOf(cx: CliContext): Promise<Remote | undefined> {
  const { loadNodeConfig } = await import('@reconcile/agent/config/quick');
  const { findAgent } = await import('@reconcile/agent/remote');
  const { configPath, cwd, env, install, uid } = cx;
  const path = configPath === undefined ? {} : { path: configPath };
  return findAgent(await loadNodeConfig({ env, cwd, uid, buildId: install.buildId, ...path }));
}
