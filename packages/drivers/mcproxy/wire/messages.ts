/** One field of a message: its number in mcproxy.proto, and what it holds. */
export interface Field {
  readonly number: number;
  readonly type: 'string' | 'bool' | 'int64' | MessageName;
  readonly repeated?: true;
}

/** Every message of specs/mcproxy.proto; a test compares the two. */
export const messages = {
  Route: {
    hostname: { number: 1, type: 'string' },
    backend: { number: 2, type: 'string' },
    mode: { number: 3, type: 'string' },
    tls_cert: { number: 4, type: 'string' },
    tls_key: { number: 5, type: 'string' },
    backend_tls: { number: 6, type: 'bool' },
    send_proxy_protocol: { number: 7, type: 'bool' },
  },
  ListRoutesRequest: { listener_addr: { number: 1, type: 'string' } },
  ListRoutesResponse: {
    listener_addr: { number: 1, type: 'string' },
    routes: { number: 2, type: 'Route', repeated: true },
  },
  AddRouteRequest: { listener_addr: { number: 1, type: 'string' }, route: { number: 2, type: 'Route' } },
  AddRouteResponse: {},
  RemoveRouteRequest: { listener_addr: { number: 1, type: 'string' }, hostname: { number: 2, type: 'string' } },
  RemoveRouteResponse: {},
  GetStatusRequest: {},
  ListenerStatus: {
    addr: { number: 1, type: 'string' },
    route_count: { number: 2, type: 'int64' },
    active_connections: { number: 3, type: 'int64' },
  },
  GetStatusResponse: {
    version: { number: 1, type: 'string' },
    listeners: { number: 2, type: 'ListenerStatus', repeated: true },
    total_connections: { number: 3, type: 'int64' },
  },
} as const;

export type MessageName =
  | 'Route'
  | 'ListRoutesRequest'
  | 'ListRoutesResponse'
  | 'AddRouteRequest'
  | 'AddRouteResponse'
  | 'RemoveRouteRequest'
  | 'RemoveRouteResponse'
  | 'GetStatusRequest'
  | 'ListenerStatus'
  | 'GetStatusResponse';

type Fields<N extends MessageName> = (typeof messages)[N];

type Value<T> = T extends { readonly type: infer Type; readonly repeated: true }
  ? readonly One<Type>[]
  : T extends { readonly type: infer Type }
    ? One<Type>
    : never;

type One<Type> = Type extends 'string'
  ? string
  : Type extends 'bool'
    ? boolean
    : Type extends 'int64'
      ? number
      : Type extends MessageName
        ? Message<Type>
        : never;

/** A message as a plain object, every field there: proto3 knows no absent ones but messages. */
export type Message<N extends MessageName> = { readonly [K in keyof Fields<N>]: Value<Fields<N>[K]> };

/** The calls, by name, as the service of the same file has them. */
export const service = 'mc_proxy.v1.ProxyAdminService';
export const calls = {
  ListRoutes: ['ListRoutesRequest', 'ListRoutesResponse'],
  AddRoute: ['AddRouteRequest', 'AddRouteResponse'],
  RemoveRoute: ['RemoveRouteRequest', 'RemoveRouteResponse'],
  GetStatus: ['GetStatusRequest', 'GetStatusResponse'],
} as const satisfies Readonly<Record<string, readonly [MessageName, MessageName]>>;

export type CallName = keyof typeof calls;
export type Request<C extends CallName> = Message<(typeof calls)[C][0]>;
export type Response<C extends CallName> = Message<(typeof calls)[C][1]>;
