import { Failures, LoginCodes } from '../access/index.ts';
import { JwtIssuers } from '../access/jwt.ts';
import { type Bound, exchange, type Turn } from '../listening/index.ts';
import { makeApp } from './app.ts';
import type { HttpOptions, Room } from './context.ts';
import type { Endpoint } from './endpoint.ts';
import { StreamPlaces } from './event-stream.ts';
import { Listener, placeOf } from './listen.ts';
import { AgentMetrics, type NoteCall } from './metrics/index.ts';
import { describeApi } from './openapi.ts';
import { readPages } from './pages.ts';
import { actEndpoints } from './routes/act.ts';
import { doorEndpoints } from './routes/door.ts';
import { hookEndpoints } from './routes/hook.ts';
import { lookEndpoints } from './routes/look.ts';
import { nodeEndpoints } from './routes/node.ts';
import { streamEndpoints } from './routes/streams.ts';

const mostStreams = 100;

/** The HTTP API of a running agent. */
export interface HttpServer {
  /** Where it listens now: `127.0.0.1:9777`, and the path of its unix socket. */
  readonly addresses: readonly string[];
  /** Addresses that it would listen on and cannot, by name; they are tried again. */
  readonly problems: Readonly<Record<string, Error>>;
  /** For `timedHost`. */
  readonly noteCall: NoteCall;
  /** Another node.toml: its addresses are listened on. @throws LISTEN_FAILED: all is as it was */
  prepare(config: HttpOptions['config']): Promise<Turn>;
  /** Ends open streams and connections. */
  close(): Promise<void>;
}

/** Where `reconcile token` and `dashboard` reach a running agent; its peer is admin, since nobody else can open the directory. */
export function httpSocket(stateDir: string): string {
  return `${stateDir}/http.sock`;
}

/** Every endpoint of the API, in the order of its description. */
export function allEndpoints(room: Room, metrics: AgentMetrics, places: StreamPlaces): readonly Endpoint[] {
  const endpoints: Endpoint[] = [];
  const { now, version } = room;
  const described = () => describeApi(endpoints, version);
  endpoints.push(
    ...nodeEndpoints({ metrics, now, streams: () => places.taken, description: described }),
    ...doorEndpoints(room),
    ...hookEndpoints(room),
    ...lookEndpoints,
    ...streamEndpoints,
    ...actEndpoints,
  );
  return endpoints;
}

/** Listens on `[api] http` and on a unix socket of its own. Never fails for an address that is not there. */
export async function startHttp(options: HttpOptions): Promise<HttpServer> {
  const { stateDir } = options.config;
  let now = settingsOf(options.config);
  const room: Room = {
    ...options,
    codes: new LoginCodes(),
    failures: new Failures(),
    get config() {
      return now.config;
    },
    get jwt() {
      return now.jwt;
    },
  };
  const places = new StreamPlaces(mostStreams);
  const metrics = new AgentMetrics();
  const peers = new WeakSet<object>();
  const app = await makeApp({
    room,
    places,
    endpoints: allEndpoints(room, metrics, places),
    pages: readPages(options.pages),
    isPeer: (request) => peers.has(request.socket),
  });
  const own = new Listener({ name: 'http.sock', path: httpSocket(stateDir) }, (request, response) => {
    peers.add(request.socket);
    app.routing(request, response);
  });
  const listenOn = (bind: string) => new Listener(placeOf(bind), (...of) => app.routing(...of));
  let leaving: Promise<unknown> = Promise.resolve();
  let listeners = [own, ...now.config.api.http.map(listenOn)];
  await Promise.all(listeners.map((listener) => listener.openSoon()));
  const ended = new AbortController();
  const by = { issuer: 'node', subject: options.config.node, kind: 'machine', scopes: ['guest'] } as const;
  void metrics.follow(room.service, { by, signal: ended.signal }).catch(room.onError);
  return {
    get addresses() {
      return listeners.flatMap((listener) => listener.address ?? []);
    },
    get problems() {
      return Object.fromEntries(
        listeners.flatMap(({ name, problem }) => (problem === undefined ? [] : [[name, problem]])),
      );
    },
    noteCall: metrics.noteCall,
    prepare: async (config) => {
      const binds = config.api.http;
      const stays = listeners.filter((one) => one === own || binds.includes(one.name));
      const gone = listeners.filter((one) => !stays.includes(one));
      const fresh = binds.filter((bind) => !stays.some(({ name }) => name === bind)).map(listenOn);
      const turn = await exchange(gone.map(inOrder), fresh);
      return {
        ...turn,
        take: async () => {
          now = settingsOf(config);
          listeners = [...stays, ...fresh];
          // Not waited for: who asked for this may be one of those who are still answered there.
          leaving = Promise.all([leaving, turn.take()]);
        },
      };
    },
    close: async () => {
      ended.abort();
      await Promise.all([...listeners.map((listener) => listener.close()), leaving]);
      await app.close();
    },
  };
}

function settingsOf(config: HttpOptions['config']): Pick<Room, 'config' | 'jwt'> {
  return { config, jwt: config.issuers.length === 0 ? undefined : new JwtIssuers(config.issuers) };
}

/** Nobody who is served there is cut off. */
function inOrder(listener: Listener): Bound {
  return {
    name: listener.name,
    open: () => listener.open(),
    pause: () => listener.pause(),
    resume: () => listener.resume(),
    close: () => listener.closeInOrder(),
  };
}
