import type { NodeConfig } from '@reconcile/agent/config';
import { keepNodeConfig } from '@reconcile/agent/config/keep';
import { loadNodeConfig } from '@reconcile/agent/config/quick';
import type { Install } from '@reconcile/agent/desired';
import { serveSoon } from '@reconcile/agent/wire/service';
import type { Principal } from '@reconcile/core';
import type { Host } from '@reconcile/host';
import { createHost } from '@reconcile/host/writing';
import type { CliContext } from './context.ts';
import type { Far } from './far.ts';
import { localPrincipal } from './principal.ts';

/** The caller's side of a pass: this machine, whole, and who asks. */
export interface WritingNode {
  readonly config: NodeConfig;
  readonly host: Host;
  readonly install: Install;
  readonly signal: AbortSignal;
  readonly by: Principal;
  readonly failpoint?: string;
}

export async function writingNode(cx: CliContext): Promise<WritingNode> {
  const config = await loadNodeConfig({
    env: cx.env,
    cwd: cx.cwd,
    uid: cx.uid,
    buildId: cx.install.buildId,
    ...(cx.configPath === undefined ? {} : { path: cx.configPath }),
  });
  await keepNodeConfig(config, { env: cx.env, uid: cx.uid, buildId: cx.install.buildId });
  const rule = cx.env.RECONCILE_FAILPOINT;
  return {
    config,
    host: createHost({ env: cx.env }),
    install: cx.install,
    signal: cx.signal,
    by: localPrincipal(cx.uid),
    ...(rule === undefined ? {} : { failpoint: rule }),
  };
}

/** What a pass that will act needs soonest: begun before the rest of it is loaded. */
export function serveSoonFor(cx: CliContext, config: NodeConfig): void {
  serveSoon(config, createHost({ env: cx.env }), cx.signal);
}

/** The agent of another machine, for a pass there. */
export interface FarNode {
  readonly far: Far;
  readonly signal: AbortSignal;
  readonly by: Principal;
}

/** Who carries a pass out. */
export type PassNode = WritingNode | FarNode;

/** This machine, or with `-H` the agent there. @throws CONFIG_* */
export async function passNode(cx: CliContext): Promise<PassNode> {
  if (cx.far === undefined) return writingNode(cx);
  return { far: cx.far, signal: cx.signal, by: localPrincipal(cx.uid) };
}

/** What it is called. */
export function nodeName(node: PassNode): string {
  return 'far' in node ? node.far.node : node.config.node;
}
