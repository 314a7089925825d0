import type { NodeConfig } from '@reconcile/agent/config';
import { createHost } from '@reconcile/host/writing';
import type { CliContext } from '../frame/context.ts';
import { nodeConfigOrNone } from '../frame/node-config.ts';
import { findFleet } from './find-fleet.ts';
import { type FleetTip, readTip } from './tip.ts';
import type { WriteContext } from './write.ts';

/** What there is to edit, and the node that waits for it. */
export interface EditWorld {
  readonly tip: FleetTip;
  /** undefined: this machine is no node, or it is another one that waits for it. */
  readonly config: NodeConfig | undefined;
  readonly write: WriteContext;
}

/** @throws NO_CHECKOUT FLEET_UNREADABLE CLIENT_INVALID CONFIG_MISSING CONFIG_UNSAFE CONFIG_INVALID */
export async function editWorld(cx: CliContext): Promise<EditWorld> {
  // With `-H` the words of node.toml here only help to find the checkout, and `--config` is meant for the machine there.
  const here = await nodeConfigOrNone(cx.far === undefined ? cx : { ...cx, configPath: undefined });
  const host = createHost({ env: cx.env });
  const place = await findFleet({ ...cx, host, config: here });
  const { signal } = cx;
  const config = cx.far === undefined ? here : undefined;
  return { config, tip: await readTip({ host, signal }, place), write: { host, signal, place } };
}
