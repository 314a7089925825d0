import { fail } from '../access/errors.ts';
import { JwtIssuers } from '../access/jwt.ts';
import type { NodeConfig } from '../config/model.ts';
import type { Turn } from '../listening/index.ts';
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

export interface AgentRpc {
  /** Another node.toml: its addresses are listened on. @throws GRPC_NO_TLS RPC_TLS RPC_LISTEN: all is as it was */
  prepare(config: RpcOptions['config']): Promise<Turn>;
  close(): Promise<void>;
}

/** gRPC of a running agent: on its socket, and on the addresses of `[api] grpc`. @throws RPC_SOCKET */
export async function startRpc({ config, everyMs, problem, service, ...of }: RpcOptions): Promise<AgentRpc> {
  const { grpc, socketGroup, tls, unix } = config.api;
  const { serveRpc } = await import('@reconcile/rpc/server');
  let now = settingsOf(config);
  const door = new Door({
    ...of,
    get jwt() {
      return now.jwt;
    },
    clientOf: (names) => clientOf(now.clients, names),
  });
  const answerers = rpcAnswers(service, door);
  const socket = await serveRpc({ socket: unix, group: socketGroup, answerers });
  const refused = (whom: Parameters<Door['refused']>[0]) =>
    void door.refused(whom).catch((error: unknown) => problem('grpc audit', error));
  if (grpc.length > 0 && tls === undefined) problem('grpc', withoutTls(grpc));
  const addresses = await serveOnAddresses({
    binds: tls === undefined ? [] : grpc,
    tls,
    answerers,
    refused,
    problem,
    ...(everyMs === undefined ? {} : { everyMs }),
  });
  return {
    prepare: async (next) => {
      const { grpc: binds, tls: files } = next.api;
      if (binds.length > 0 && files === undefined) throw withoutTls(binds);
      const turn = await addresses.prepare({ binds, tls: files });
      return {
        ...turn,
        take: async () => {
          now = settingsOf(next);
          await turn.take();
          problem('grpc', undefined);
        },
      };
    },
    close: async () => void (await Promise.all([socket.close(), addresses.close()])),
  };
}

function settingsOf({ api, issuers }: RpcOptions['config']) {
  return { clients: api.tls?.clients ?? [], jwt: issuers.length === 0 ? undefined : new JwtIssuers(issuers) };
}

/** Never without certificates: the agent runs, and tells why it does not listen there. */
function withoutTls(grpc: readonly string[]): Error {
  return fail('GRPC_NO_TLS', {
    message: `listen on ${grpc.join(', ')} for gRPC`,
    wanted: 'certificates on both ends',
    hint: '[api.tls] with cert_file, key_file and client_ca_file in node.toml, then: kill -HUP of the agent',
  });
}
