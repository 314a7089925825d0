import { chmod } from 'node:fs/promises';
import {
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceDefinition,
  type sendUnaryData,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import {
  type CallName,
  calls,
  decode,
  encode,
  type MessageName,
  type Request,
  type Response,
  service,
} from '@reconcile/drivers/mcproxy/wire';
import { RouteStore, type StoredRoute } from './store.ts';

/** What happens to the next calls; change it while it runs. */
export interface McproxyFaults {
  /** No answer at all. */
  silent?: boolean;
  /** Bytes that are no message. */
  garbled?: boolean;
  /** This call, after so many that pass, ends with a status; `done`: after its effect. */
  refuse?: { readonly call: CallName; after: number; readonly code: number; readonly done?: boolean };
}

export interface McproxyServer {
  readonly faults: McproxyFaults;
  /** Calls that changed something. */
  readonly writes: string[];
  stop(): Promise<void>;
}

export interface McproxyConfig {
  readonly socket: string;
  readonly database: string;
  readonly listeners: readonly string[];
  readonly seed?: Readonly<Record<string, readonly StoredRoute[]>>;
  /** As the original's restart leaves it: 0600. */
  readonly mode?: number;
}

type Answers = { readonly [C in CallName]: (request: Request<C>) => Promise<Response<C> | number> };

/** The admin API of specs/mcproxy.proto as the platform's own proxy serves it, without a proxy behind it. */
export async function mcproxyServer(config: McproxyConfig): Promise<McproxyServer> {
  const store = await RouteStore.open(config.database, { listeners: config.listeners, seed: config.seed ?? {} });
  const faults: McproxyFaults = {};
  const writes: string[] = [];
  const server = new Server();
  const answers = answersOf(store, writes);
  const implementation: UntypedServiceImplementation = {};
  for (const name of Object.keys(calls) as CallName[]) implementation[name] = handle(name, { answers, faults });
  server.addService(definition, implementation);
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`unix:${config.socket}`, ServerCredentials.createInsecure(), (error) =>
      error === null ? resolve() : reject(error),
    );
  });
  await chmod(config.socket, config.mode ?? 0o600);
  return {
    faults,
    writes,
    stop: async () => server.forceShutdown(),
  };
}

const definition: ServiceDefinition = Object.fromEntries(
  Object.entries(calls).map(([name, [from, to]]) => [
    name,
    {
      path: `/${service}/${name}`,
      requestStream: false,
      responseStream: false,
      requestSerialize: (message: unknown) => encode(from as MessageName, message as never),
      requestDeserialize: (bytes: Buffer) => decode(from as MessageName, bytes),
      responseSerialize: (message: unknown) =>
        Buffer.isBuffer(message) ? message : encode(to as MessageName, message as never),
      responseDeserialize: (bytes: Buffer) => decode(to as MessageName, bytes),
    },
  ]),
);

function answersOf(store: RouteStore, writes: string[]): Answers {
  return {
    ListRoutes: async ({ listener_addr }) => {
      const routes = store.list(listener_addr);
      return routes === undefined ? status.NOT_FOUND : { listener_addr, routes: [...routes] };
    },
    AddRoute: async ({ listener_addr, route }) => {
      if (route === undefined || route.hostname === '' || route.backend === '') return status.INVALID_ARGUMENT;
      writes.push(`add ${listener_addr} ${route.hostname} ${route.backend}`);
      return (await store.put(listener_addr, route)) ? {} : status.NOT_FOUND;
    },
    RemoveRoute: async ({ listener_addr, hostname }) => {
      writes.push(`remove ${listener_addr} ${hostname}`);
      return (await store.remove(listener_addr, hostname)) ? {} : status.NOT_FOUND;
    },
    GetStatus: async () => ({
      version: 'v1.2.2',
      listeners: store.listeners.map((addr) => ({
        addr,
        route_count: store.list(addr)?.length ?? 0,
        active_connections: 0,
      })),
      total_connections: 0,
    }),
  };
}

function handle(name: CallName, { answers, faults }: { answers: Answers; faults: McproxyFaults }) {
  return (call: ServerUnaryCall<unknown, unknown>, done: sendUnaryData<unknown>) => {
    void (async () => {
      if (faults.silent === true) return;
      const { refuse } = faults;
      const refused = refuse?.call === name && refuse.after-- <= 0 ? refuse : undefined;
      if (refused !== undefined && refused.done !== true) return done({ code: refused.code, details: 'by the test' });
      const answer = await answers[name](call.request as never);
      if (refused !== undefined) return done({ code: refused.code, details: 'after the effect, by the test' });
      if (typeof answer === 'number') return done({ code: answer, details: `${name}: not here` });
      done(null, faults.garbled === true ? Buffer.from('0aff01', 'hex') : answer);
    })();
  };
}
