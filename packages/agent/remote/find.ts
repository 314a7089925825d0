import { lockHolder } from '@reconcile/registry';
import type { NodeConfig } from '../config/model.ts';
import { fail } from '../errors.ts';
import type { AgentService } from '../service/contract.ts';

/** A connection to the agent that runs on this node. */
export interface Remote {
  readonly service: AgentService;
  close(): void;
}

/** An agent that has just taken its lock opens its socket a moment later, ms. */
const readyMs = 5_000;

/** The agent that writes on this node; undefined: none does. @throws NODE_BUSY where it is stopped, RPC_UNREACHABLE */
export async function findAgent(config: Pick<NodeConfig, 'stateDir' | 'node'>): Promise<Remote | undefined> {
  const held = lockHolder(config.stateDir);
  if (held.pid === 0 || held.socket === '') return undefined;
  if (held.stopped)
    throw fail('NODE_BUSY', {
      message: `reach the agent of ${config.node}`,
      key: held.socket,
      actual: `process ${held.pid} is stopped`,
      hint: `kill -CONT ${held.pid}`,
    });
  const { connectRpc } = await import('@reconcile/rpc/client');
  const { remoteService } = await import('./service.ts');
  const client = await connectRpc(held.socket);
  try {
    await client.ready(readyMs);
  } catch (error) {
    client.close();
    throw error;
  }
  return { service: remoteService(client), close: () => client.close() };
}
