/** The service of proto/agent.proto; a test compares the two. */
export const service = 'reconcile.agent.v1.Agent';

/** How each call goes: one answer, answers that go on, or both sides at once. */
export const methods = {
  State: 'unary',
  Node: 'unary',
  Services: 'unary',
  Service: 'unary',
  Explain: 'unary',
  Plan: 'unary',
  Routes: 'unary',
  Certificates: 'unary',
  Records: 'unary',
  History: 'unary',
  Events: 'unary',
  Health: 'unary',
  Override: 'unary',
  Reload: 'unary',
  Watch: 'stream',
  Logs: 'stream',
  Apply: 'duplex',
  Exec: 'duplex',
} as const;

type Named<K> = { [M in keyof typeof methods]: (typeof methods)[M] extends K ? M : never }[keyof typeof methods];
export type UnaryMethod = Named<'unary'>;
export type StreamMethod = Named<'stream'>;
export type DuplexMethod = Named<'duplex'>;
export type Method = keyof typeof methods;

export const pathOf = (method: Method): string => `/${service}/${method}`;
