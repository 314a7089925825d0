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
  /** undefined: this machine is no node. */
  readonly config: NodeConfig | undefined;
  readonly write: WriteContext;
}

/** @throws NO_CHECKOUT FLEET_UNREADABLE CLIENT_INVALID CONFIG_MISSING CONFIG_UNSAFE CONFIG_INVALID */
export async function editWorld(cx: CliContext): Promise<EditWorld> {
  const config = await nodeConfigOrNone(cx);
  const host = createHost({ env: cx.env });
  const place = await findFleet({ ...cx, host, config });
  const { signal } = cx;
  return { config, tip: await readTip({ host, signal }, place), write: { host, signal, place } };
}
