import { fail } from '../access/errors.ts';
import { JwtIssuers } from '../access/jwt.ts';
import type { NodeConfig } from '../config/model.ts';
import type { AgentService } from '../service/contract.ts';
import { rpcAnswers } from './answers.ts';
import { clientOf } from './clients.ts';
import { Door, type DoorOptions } from './door.ts';
import { serveOnAddresses } from './on-addresses.ts';

export interface RpcOptions extends Omit<DoorOptions, 'clientOf' | 'jwt'> {
  readonly service: AgentService;
  readonly config: Pick<NodeConfig, 'api' | 'issuers'>;
  /** See OnAddresses. */
  readonly everyMs?: number;
  /** What it goes without, by name; undefined: not any more. */
  readonly problem: (name: string, error: unknown) => void;
}

/** gRPC of a running agent: on its socket, and on the addresses of `[api] grpc`. @throws RPC_SOCKET */
export async function startRpc({
  config,
  everyMs,
  problem,
  service,
  ...of
}: RpcOptions): Promise<{ close(): Promise<void> }> {
  const { grpc, socketGroup, tls, unix } = config.api;
  const { serveRpc } = await import('@reconcile/rpc/server');
  const door = new Door({
    ...of,
    jwt: config.issuers.length === 0 ? undefined : new JwtIssuers(config.issuers),
    clientOf: (names) => clientOf(tls?.clients ?? [], names),
  });
  const answerers = rpcAnswers(service, door);
  const socket = await serveRpc({ socket: unix, group: socketGroup, answerers });
  if (grpc.length === 0) return socket;
  if (tls === undefined) {
    problem('grpc', withoutTls(grpc));
    return socket;
  }
  const refused = (whom: Parameters<Door['refused']>[0]) =>
    void door.refused(whom).catch((error: unknown) => problem('grpc audit', error));
  const addresses = await serveOnAddresses({
    binds: grpc,
    tls,
    answerers,
    refused,
    problem,
    ...(everyMs === undefined ? {} : { everyMs }),
  });
  return { close: async () => void (await Promise.all([socket.close(), addresses.close()])) };
}

/** Never without certificates: the agent runs, and tells why it does not listen there. */
function withoutTls(grpc: readonly string[]): Error {
  return fail('GRPC_NO_TLS', {
    message: `listen on ${grpc.join(', ')} for gRPC`,
    wanted: 'certificates on both ends',
    hint: '[api.tls] with cert_file, key_file and client_ca_file in node.toml, then start the agent anew',
  });
}
