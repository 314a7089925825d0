import type { Remote } from '@reconcile/agent/remote';
import type { Caller } from '@reconcile/agent/service';
import type { CliContext } from './context.ts';
import type { Far } from './far.ts';
import { localPrincipal } from './principal.ts';

/** The agent that is asked: with `-H` the one there, else the one that runs on this node; undefined: none does. @throws CONFIG_* NODE_BUSY RPC_UNREACHABLE */
export async function agentOf(cx: CliContext): Promise<Remote | undefined> {
  if (cx.far !== undefined) return { service: cx.far.service, close: () => undefined };
  const { loadNodeConfig } = await import('@reconcile/agent/config/quick');
  const { findAgent } = await import('@reconcile/agent/remote');
  const { configPath, cwd, env, install, uid } = cx;
  const path = configPath === undefined ? {} : { path: configPath };
  return findAgent(await loadNodeConfig({ env, cwd, uid, buildId: install.buildId, ...path }));
}

/** Who asks, for the contract of the agent; who opened the connection is known there. */
export function callerOf(cx: CliContext): Caller {
  return { by: localPrincipal(cx.uid), signal: cx.signal };
}

/** A name as the agent of another machine takes it in an order: without the node. @throws NO_NODE */
export async function nameThere(far: Far, given: string): Promise<string> {
  const { plainName } = await import('@reconcile/agent/subject');
  return plainName(given, far.node);
}
